"""Calls as the providers' own documentation makes them, with nothing changed but the address and the model.

The addresses and keys come from the variables that the clients read themselves; `examples.py NAME` runs one example.
"""

import asyncio
import inspect
import json
import os
import sys

MODEL = os.environ["MODEL"]

LOCATION = {
    "type": "object",
    "properties": {
        "location": {"type": "string", "description": "City and country"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "description": "Unit of the temperature"},
    },
    "required": ["location"],
}
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Weather at a place", "parameters": LOCATION},
}


def cerebras_hello():
    from cerebras.cloud.sdk import Cerebras

    client = Cerebras(api_key=os.environ.get("CEREBRAS_API_KEY"))
    answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello!"}])
    fields = answer.model_dump()
    assert fields["object"] == "chat.completion" and fields["id"].startswith("chatcmpl-"), fields
    assert fields["system_fingerprint"].startswith("fp_"), fields
    usage = fields["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"], usage
    times = ("queue_time", "prompt_time", "completion_time", "total_time", "created")
    assert all(fields["time_info"][name] is not None for name in times), fields


def cerebras_basic():
    from cerebras.cloud.sdk import Cerebras

    answer = Cerebras().chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "You help people."},
            {"role": "user", "content": "What is a neural network?"},
        ],
        max_tokens=200,
        temperature=0.7,
    )
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens > 0


def cerebras_stream():
    from cerebras.cloud.sdk import Cerebras

    stream = Cerebras().chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Tell me a brief tale"}],
        stream=True,
        max_tokens=500,
    )
    pieces = [chunk.choices[0].delta.content for chunk in stream if chunk.choices[0].delta.content]
    assert len(pieces) > 1


def cerebras_tools():
    from cerebras.cloud.sdk import Cerebras

    answer = Cerebras().chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "What is the weather in San Francisco?"}],
        tools=[WEATHER],
        tool_choice="auto",
    )
    message = answer.choices[0].message
    assert message.content or message.tool_calls
    for call in message.tool_calls or []:
        assert call.function.name == "get_weather"
        if answer.choices[0].finish_reason == "tool_calls":
            assert isinstance(json.loads(call.function.arguments)["location"], str)


def cerebras_async():
    from cerebras.cloud.sdk import AsyncCerebras

    async def ask():
        client = AsyncCerebras()
        answer = await client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "What is a quantum computer?"}],
            max_tokens=300,
        )
        # The documentation writes aclose(), which the client does not have.
        await client.close()
        return answer

    assert asyncio.run(ask()).choices[0].message.content


def cerebras_choices():
    from cerebras.cloud.sdk import Cerebras

    answer = Cerebras().chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Write the first line of a tale"}],
        n=3,
        max_tokens=50,
        temperature=0.9,
    )
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert all(choice.message.content for choice in answer.choices)


def lightcone_create():
    from tzafon import Lightcone

    client = Lightcone(api_key=os.environ.get("TZAFON_API_KEY"))
    answer = client.chat.create_completion(messages=[{"content": "string", "role": "developer"}])
    assert answer["choices"][0]["message"]["role"] == "assistant", answer


def atoma_call():
    place = {
        "type": "object",
        "properties": {"location": {"type": "string", "description": "Where"}},
        "required": ["location"],
    }
    function = {"name": "get_current_weather", "description": "Weather at a place", "parameters": place}
    return {
        "messages": [
            {"content": "You help people", "name": "AI expert", "role": "system"},
            {"content": "Hello!", "name": "John Doe", "role": "user"},
            {"content": "Ask me, and I answer.", "name": "AI", "role": "assistant"},
        ],
        "model": MODEL,
        "frequency_penalty": 0,
        "functions": [function],
        "logit_bias": {"1234567890": 0.5, "1234567891": -0.5},
        "max_completion_tokens": 4096,
        "n": 1,
        "parallel_tool_calls": True,
        "presence_penalty": 0,
        "seed": 123,
        "service_tier": "auto",
        "stop": ['json(["stop", "halt"])'],
        "temperature": 0.7,
        "tools": [{"type": "function", "function": function}],
        "top_logprobs": 1,
        "top_p": 1,
        "user": "user-1234",
    }


def atoma_client():
    from atoma_sdk import AtomaSDK

    return AtomaSDK(bearer_auth=os.getenv("ATOMASDK_BEARER_AUTH", ""), server_url=os.environ["ATOMA_SERVER_URL"])


def taken(method, call):
    """The published client lacks some parameters of its documentation."""
    known = inspect.signature(method).parameters
    fields = {name: value for name, value in call.items() if name in known}
    return fields if "max_completion_tokens" in known else {**fields, "max_tokens": call["max_completion_tokens"]}


def atoma_create():
    with atoma_client() as client:
        answer = client.chat.create(**taken(client.chat.create, atoma_call()))
    assert answer.choices[0].message.role == "assistant", answer


def atoma_stream():
    with atoma_client() as client:
        # The documentation calls it `stream`.
        method = getattr(client.chat, "stream", None) or client.chat.create_stream
        with method(**taken(method, atoma_call())) as events:
            assert sum(1 for _ in events) > 0


def atoma_wire():
    """All that the documentation's call would send, without the client in between."""
    import httpx

    url = os.environ["ATOMA_SERVER_URL"] + "/v1/chat/completions"
    headers = {"authorization": "Bearer " + os.environ["ATOMASDK_BEARER_AUTH"]}
    response = httpx.post(url, headers=headers, json=atoma_call(), timeout=60)
    assert response.status_code == 200, response.text
    assert response.json()["choices"][0]["message"]["role"] == "assistant"


def openai_create():
    from openai import OpenAI

    answer = OpenAI().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello!"}])
    assert answer.choices[0].message.content


def openai_stream():
    from openai import OpenAI

    stream = OpenAI().chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Hello!"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert chunks[-1].usage.total_tokens > 0 and not chunks[-1].choices
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
