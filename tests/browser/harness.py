"""A review page on a free port of this machine, and browsers for it."""
import contextlib
import json
import pathlib
import subprocess
import tempfile
import threading

from playwright.sync_api import sync_playwright

# What a browser says of every refusal, and of a case that pulls the plug.
KNOWN = ("the server responded with a status of", "net::ERR_INTERNET_DISCONNECTED")
PASSWORD = "een lange zin voor proeven"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@contextlib.contextmanager
def served(grens, store):
    """Yield (address, code for the first account) of the page of a new queue; it is stopped afterwards."""
    process = subprocess.Popen([str(grens), "review", "serve", "--queue", str(store), "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    try:
        address, code = None, None
        for line in process.stderr:
            if line.startswith("listening on http://"):
                address = line.split()[-1]
            # Every queue here is new, so that the code comes last.
            if line.startswith("there is no lead yet"):
                code = line.split()[-1]
                break
        if code is None:
            raise SystemExit("the page did not start")
        # Nobody may hold the page up by not reading what it says.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address, code
    finally:
        process.terminate()
        process.wait(timeout=60)


def command(grens, store, name, *more):
    """A command of the queue, while its page is open."""
    subprocess.run([str(grens), "review", name, "--queue", str(store), *map(str, more)], check=True, capture_output=True)


def imported(grens, store, findings):
    """Put a list of findings in the queue."""
    command(grens, store, "import", findings)


def model(grens):
    """Name and hash of the model that scores."""
    post = json.dumps({"id": "1", "text": "Wat een mooie dag in Zwolle."})
    scored = subprocess.run([str(grens), "score", "-"], input=post + "\n", check=True, capture_output=True, text=True)
    return json.loads(scored.stdout)["model"]


class Browsers:
    """Chromium with an empty profile for each person, and what its pages complain about."""

    def __init__(self, chromium):
        self.playwright = sync_playwright().start()
        self.chromium = chromium
        self.open, self.folders, self.complaints, self.outside = [], [], [], []

    def person(self, **options):
        """A new browser with a page."""
        folder = tempfile.TemporaryDirectory()
        context = self.playwright.chromium.launch_persistent_context(folder.name, executable_path=self.chromium, headless=True, args=FLAGS, accept_downloads=True, **options)
        self.folders.append(folder)
        self.open.append(context)
        page = context.pages[0] if context.pages else context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" and not any(known in m.text for known in KNOWN) else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(("http://127.0.0.1", "http://localhost:", "about:", "data:")) else self.outside.append(request.url))
        return page

    def close(self):
        """All of them."""
        for context in self.open:
            context.close()
        self.playwright.stop()
        for folder in self.folders:
            folder.cleanup()


def sign_in(page, address, name):
    """By the form, with the keyboard."""
    page.goto(f"{address}/login")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def first_account(page, address, code):
    """The lead's, with the code that was printed."""
    page.goto(f"{address}/start")
    for field, value in (("#code", code), ("#name", "lead"), ("#password", PASSWORD), ("#again", PASSWORD)):
        page.fill(field, value)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/judge")


def account(page, address, name, role):
    """Another one, by the lead."""
    page.goto(f"{address}/users")
    page.fill("#name", name)
    page.select_option("#role", role)
    page.fill("#password", PASSWORD)
    page.click("section[aria-labelledby=add] button")
    page.wait_for_selector(f"text={name}")


def shot(page, folder, name):
    """A picture to look at; nothing is compared."""
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(pathlib.Path(folder) / f"{name}.png"), full_page=True)
