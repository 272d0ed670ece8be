"""A TCP proxy that delays every byte by half a round trip each way, keeps order, and counts bytes."""

import asyncio
import json
import sys
import time


class Delay:
    def __init__(self, target, one_way):
        self.target = target
        self.one_way = one_way
        self.sent = {"out": 0, "in": 0}

    async def pump(self, reader, writer, direction):
        loop = asyncio.get_running_loop()
        queue = asyncio.Queue(maxsize=4096)

        async def deliver():
            while True:
                due, data = await queue.get()
                wait = due - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                if data is None:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()

        task = loop.create_task(deliver())
        try:
            while True:
                data = await reader.read(1 << 18)
                self.sent[direction] += len(data)
                await queue.put((time.monotonic() + self.one_way, data or None))
                if not data:
                    break
            await task
        except (ConnectionError, OSError):
            task.cancel()

    async def handle(self, reader, writer):
        # The handshake of a real connection takes a round trip before the first byte can go.
        await asyncio.sleep(2 * self.one_way)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target, limit=1 << 20)
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self.pump(reader, far_writer, "out"), self.pump(far_reader, writer, "in")
        )
        for end in (writer, far_writer):
            end.close()

    async def control(self, reader, writer):
        """Anybody who connects to the control port gets the byte counts so far, as JSON."""
        writer.write(json.dumps(self.sent).encode() + b"\n")
        await writer.drain()
        writer.close()


async def main(listen, control, target, one_way):
    delay = Delay(("127.0.0.1", target), one_way)
    servers = [
        await asyncio.start_server(delay.handle, "127.0.0.1", listen, limit=1 << 20),
        await asyncio.start_server(delay.control, "127.0.0.1", control),
    ]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
