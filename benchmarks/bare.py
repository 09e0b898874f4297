"""The raw limits: bare Starlette routes that do the same work with nothing around it."""

import os

import jwt
from bson import json_util
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET = os.environ.get("BENCH_SECRET", "x" * 32)


async def checked(request: Request) -> JSONResponse:
    """A JWT check and an answer."""
    token = request.headers["authorization"].partition(" ")[2]
    claims = jwt.decode(token, SECRET, ["HS256"], audience="elenchus", issuer="elenchus")
    return JSONResponse({"user_id": claims["sub"]})


checking = Starlette(routes=[Route("/noop", checked)])


async def conversation(request: Request) -> Response:
    """The same raw document, its last 50 messages, as bytes."""
    row = await _collection().find_one(
        {"_id": json_util.ObjectId(os.environ["BENCH_CONVERSATION"])}, {"messages": {"$slice": -50}}
    )
    return Response(json_util.dumps(row), media_type="application/json")


_client: list[AsyncMongoClient] = []


def _collection():
    if not _client:
        _client.append(AsyncMongoClient(os.environ["BENCH_MONGODB_URL"], tz_aware=True))
    return _client[0]["elenchus"]["conversations"]


reading = Starlette(routes=[Route("/conversation", conversation)])
