"""The bare model stream, in a process of its own: `python -m benchmarks.reading_bare <url> <pieces> <every us>` reads
it with the same LangChain client and prints how long that took, what it cost, and how late the pieces were."""

import asyncio
import json
import sys
import time

from langchain_google_genai import ChatGoogleGenerativeAI

from benchmarks.paced import question


async def main(url: str, pieces: int, every_us: int) -> None:
    chat = ChatGoogleGenerativeAI(model="gemini-3.8-flash", api_key="k", base_url=url, max_retries=0)
    await _read(chat, question(10, 0))  # its first call loads more than it reads
    print(json.dumps(await _read(chat, question(pieces, every_us))))


async def _read(chat: ChatGoogleGenerativeAI, asked: str) -> dict[str, object]:
    began, cpu, late = time.perf_counter(), time.process_time(), []
    async for chunk in chat.astream([("system", "Answer."), ("human", asked)]):
        if chunk.text.strip().isdigit():
            late.append((time.monotonic_ns() - int(chunk.text)) / 1e6)
    return {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu, "late_ms": late}


if __name__ == "__main__" and sys.argv[1:]:
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
