import { access } from 'node:fs/promises';
import { failure } from '../failure.ts';
import { findCached, type Pull, pull } from '../hub/pull.ts';
import { formatHubReference } from '../hub/reference.ts';
import { embeddedModelPath, type ModelSource } from './source.ts';

/** The file of a model on this machine; downloads it if it is not there yet. */
export async function locateModel(source: ModelSource, context: Pull, signal: AbortSignal): Promise<string> {
  switch (source.kind) {
    case 'embedded':
      return embeddedModelPath();
    case 'file':
      try {
        await access(source.path);
      } catch (error) {
        throw failure(`The model file ${source.path} cannot be read.`, error);
      }
      return source.path;
    case 'hub': {
      const { reference } = source;
      const cached = await findCached(context.cache, reference);
      if (cached !== undefined) return cached;
      try {
        return await pull(context, reference, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof Error && error.name !== 'ApiError'
          ? failure(`${formatHubReference(reference)} cannot be downloaded: ${error.message}`, error)
          : error;
      }
    }
  }
}
