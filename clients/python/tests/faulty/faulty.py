"""A server with a fault."""
from fake_interop import Interop


class Faulty(Interop):
    seconds = 10

    async def __aexit__(self, *arguments):
        self.errors.clear()  # a client that leaves at once may not be able to keep to the credit of a server that keeps to none
        await super().__aexit__(*arguments)
