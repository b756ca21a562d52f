import { createHash } from 'node:crypto';
import type { OpenApiDocument } from '@parley/protocol';

export interface Page {
  readonly html: string;
  /** Value of `content-security-policy`: nothing but the page's own style. */
  readonly policy: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; }
code, .type { font-family: ui-monospace, monospace; font-size: .9em; }
table { border-collapse: collapse; width: 100%; } .scroll { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid #8884; }
.method { font-weight: 700; text-transform: uppercase; } nav ul { columns: 14rem; }
`;

type Json = Readonly<Record<string, unknown>>;

/** The API reference, from the OpenAPI document: one page, no script, nothing loaded from elsewhere. */
export function referencePage(document: OpenApiDocument): Page {
  const schemas = record(document.components.schemas);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation: record(operation) })),
  );
  const html = page(
    `${document.info.title} API reference`,
    `<h1>${escapeHtml(document.info.title)} API reference</h1>
<p>Version ${escapeHtml(document.info.version)}. ${escapeHtml(document.info.description)}
The same as data: <a href="/openapi.json">openapi.json</a>.</p>
<nav><ul>${operations.map(({ path, method }) => `<li>${link(anchor(method, path), `${method.toUpperCase()} ${path}`)}</li>`).join('')}
${Object.keys(schemas)
  .map((name) => `<li>${link(name, name)}</li>`)
  .join('')}</ul></nav>
${operations.map(({ path, method, operation }) => operationSection(path, method, operation)).join('\n')}
<h2>Schemas</h2>
${Object.entries(schemas)
  .map(([name, schema]) => schemaSection(name, record(schema)))
  .join('\n')}`,
  );
  return { html, policy: pagePolicy() };
}

/** What stands at `/`. */
export function indexPage(version: string): Page {
  const html = page(
    'Parley',
    `<h1>Parley ${escapeHtml(version)}</h1>
<p>A chat-completions server. The base URL for clients is this address followed by <code>/v1</code>.</p>
<ul><li><a href="/docs">API reference</a></li><li><a href="/openapi.json">openapi.json</a></li>
<li><a href="/v1/models">Models</a></li><li><a href="/health">Health</a></li></ul>`,
  );
  return { html, policy: pagePolicy() };
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`;
}

function pagePolicy(): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

function operationSection(path: string, method: string, operation: Json): string {
  const requestBody = record(operation.requestBody);
  const parameters = list(operation.parameters).map(record);
  const responses = Object.entries(record(operation.responses)).map(([status, response]) => {
    const { description, content } = record(response);
    return `<tr><td>${escapeHtml(status)}</td><td>${contentTypes(record(content))}</td><td>${text(description)}</td></tr>`;
  });
  return `<section id="${anchor(method, path)}"><h2><span class="method">${escapeHtml(method)}</span> <code>${escapeHtml(path)}</code></h2>
<p>${text(operation.summary)}</p>
${parameters.length === 0 ? '' : table(['Parameter', 'Type', 'Meaning'], parameters.map(parameterRow))}
${requestBody.content === undefined ? '' : `<p>Body: ${contentTypes(record(requestBody.content))}</p>`}
${table(['Status', 'Body', 'Meaning'], responses)}</section>`;
}

function parameterRow(parameter: Json): string {
  return `<tr><td><code>${text(parameter.name)}</code> (${text(parameter.in)})</td>
<td class="type">${typeOf(record(parameter.schema))}</td><td>${text(parameter.description)}</td></tr>`;
}

function contentTypes(content: Json): string {
  return Object.entries(content)
    .map(
      ([type, body]) =>
        `<code>${escapeHtml(type)}</code> <span class="type">${typeOf(record(record(body).schema))}</span>`,
    )
    .join('<br>');
}

function schemaSection(name: string, schema: Json): string {
  const required = list(schema.required);
  const rows = Object.entries(record(schema.properties)).map(([key, value]) => {
    const property = record(value);
    const fallback =
      property.default === undefined
        ? ''
        : `<br>Default: <code>${escapeHtml(JSON.stringify(property.default))}</code>`;
    const mark = required.includes(key) ? ' (required)' : property.deprecated === true ? ' (deprecated)' : '';
    return `<tr><td><code>${escapeHtml(key)}</code>${mark}</td><td class="type">${typeOf(property)}</td>
<td>${text(property.description)}${fallback}</td></tr>`;
  });
  const body =
    rows.length > 0 ? table(['Field', 'Type', 'Meaning'], rows) : `<p class="type">${typeOf(schema)}</p>`;
  return `<section id="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3><p>${text(schema.description)}</p>${body}</section>`;
}

/** A schema in the manner of TypeScript, as HTML. */
function typeOf(schema: Json): string {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return link(name, name);
  }
  if (schema.const !== undefined) return escapeHtml(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum))
    return escapeHtml(schema.enum.map((value) => JSON.stringify(value)).join(' | '));
  if (Array.isArray(schema.anyOf))
    return [...new Set(schema.anyOf.map((each) => typeOf(record(each))))].join(' | ');
  if (schema.type === 'array') return `(${typeOf(record(schema.items))})[]`;
  if (schema.type === 'object' && schema.properties !== undefined) {
    const fields = Object.entries(record(schema.properties)).map(
      ([key, value]) => `${escapeHtml(key)}: ${typeOf(record(value))}`,
    );
    return `{ ${fields.join('; ')} }`;
  }
  return typeof schema.type === 'string' ? escapeHtml(schema.type) : 'any';
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((each) => `<th>${each}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

const anchor = (method: string, path: string) => `${method}${path.replace(/[^a-z0-9]+/gi, '-')}`;
const link = (target: string, label: string) => `<a href="#${escapeHtml(target)}">${escapeHtml(label)}</a>`;
const text = (value: unknown) => (typeof value === 'string' ? escapeHtml(value) : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
