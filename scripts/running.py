"""A `grens serve` on a free port of this machine, for the scripts that try it."""
import contextlib
import subprocess
import threading


@contextlib.contextmanager
def server(grens, *more):
    """Yield (process, address such as 127.0.0.1:40123); the server is stopped and drained afterwards."""
    process = subprocess.Popen([str(grens), "serve", "--bind", "127.0.0.1:0", *more], stderr=subprocess.PIPE, text=True)
    try:
        address = None
        for line in process.stderr:
            if line.startswith("listening on http://"):
                address = line.split("//", 1)[1].strip()
                break
        if address is None:
            raise SystemExit("the server did not start")
        # Nobody may hold the server up by not reading what it says.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield process, address
    finally:
        process.terminate()
        process.wait(timeout=120)
