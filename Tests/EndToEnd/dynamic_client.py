"""Calls methods by what a server says of itself, with no generated code but that of health and reflection.

    dynamic_client.py --server HOST:PORT --ca FILE --cert FILE --key FILE list
    dynamic_client.py ... call METHOD JSON
    dynamic_client.py ... watch [SERVICE]

Run by test_health.py in the Python client's environment.
"""
import argparse
import asyncio
import json

from google.protobuf import descriptor_pool, json_format, message_factory

from mallbots.health.v1 import health_pb2
from mallbots.reflection.v1 import reflection_pb2
from mallbots.wire import WireError, connect, tls_context

REFLECTION = "/mallbots.reflection.v1.ReflectionService/"


def message_class(descriptor):
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory().GetPrototype(descriptor)  # protobuf before 4.22


async def services(connection):
    answer = await connection.unary(
        REFLECTION + "ListServices", reflection_pb2.ListServicesRequest(), reflection_pb2.ListServicesResponse, timeout=20)
    return {service.name: list(service.methods) for service in answer.services}


async def call(connection, method, request):
    """Google's protobuf makes the messages of what the server sent: a file must come after those that it imports."""
    service, name = method.strip("/").split("/")
    answer = await connection.unary(
        REFLECTION + "GetDescriptors", reflection_pb2.GetDescriptorsRequest(symbol=f"{service}.{name}"),
        reflection_pb2.GetDescriptorsResponse, timeout=20)
    pool = descriptor_pool.DescriptorPool()
    for file in answer.files:
        pool.AddSerializedFile(file)
    found = pool.FindServiceByName(service).FindMethodByName(name)
    message = json_format.ParseDict(json.loads(request), message_class(found.input_type)())
    response = await connection.unary(method, message, message_class(found.output_type), timeout=20)
    return json_format.MessageToDict(response)


async def watch(connection, service):
    answers = connection.server_streaming(
        "/mallbots.health.v1.HealthService/Watch", health_pb2.WatchRequest(service=service), health_pb2.WatchResponse)
    try:
        async for answer in answers:
            print(health_pb2.ServingStatus.Name(answer.status), flush=True)
    except WireError as error:
        print(f"{error.code.name}: {error.status.message}", flush=True)


async def main():
    parser = argparse.ArgumentParser()
    for option in ("server", "ca", "cert", "key"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("what", choices=["list", "call", "watch"])
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    host, port = given.server.rsplit(":", 1)
    async with await connect(host, int(port), tls_context(given.ca, given.cert, given.key)) as connection:
        if given.what == "list":
            print(json.dumps(await services(connection)))
        elif given.what == "call":
            print(json.dumps(await call(connection, *given.arguments)))
        else:
            await watch(connection, *(given.arguments or [""]))


if __name__ == "__main__":
    asyncio.run(main())
