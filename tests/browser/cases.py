"""The cases. Each gets a queue, its page's address and browsers; it passes when it ends."""
import contextlib
import json
import pathlib
import sqlite3
import tempfile
import time
import traceback

from axe_playwright_python.sync_playwright import Axe

from tests.browser import findings
from tests.browser.harness import Browsers, account, command, first_account, imported, model, served, shot, sign_in

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def item(page):
    """The number of the item on the screen."""
    return page.locator("#judge").get_attribute("data-item")


def judge(page, *keys):
    """Press keys, the last of which saves; return the number that was judged and the seconds until the next item stood there."""
    before = item(page)
    for key in keys[:-1]:
        page.keyboard.press(key)
    began = time.perf_counter()
    page.keyboard.press(keys[-1])
    page.wait_for_function("before => (document.querySelector('#judge')?.dataset.item ?? 'none') !== before", arg=before)
    return before, time.perf_counter() - began


def outcome(lead, address, number):
    lead.goto(f"{address}/items/{number}")
    return lead.inner_text("section[aria-labelledby=past]")


class Case:
    def __init__(self, address, code, browsers, shots):
        self.address, self.browsers, self.shots = address, browsers, shots
        self.lead = browsers.person(viewport={"width": 1280, "height": 900})
        first_account(self.lead, address, code)

    def sql(self, statement):
        """Change the queue behind the page's back, as time would."""
        with contextlib.closing(sqlite3.connect(self.store, timeout=30)) as db, db:
            db.execute(statement)

    def person(self, name, role="moderator", make=True, **options):
        if make:
            account(self.lead, self.address, name, role)
        page = self.browsers.person(**options)
        sign_in(page, self.address, name)
        return page


def keyboard_alone(case):
    """Twenty items, undo, skip, marking of words, help: no mouse."""
    roos = case.person("roos")
    times, done = [], []
    for i in range(20):
        page_keys = [("2", "7", "Enter"), ("3",), ("1", "c", "r", "6", "Enter"), ("4",)][i % 4]
        roos.keyboard.press(" ")
        assert roos.locator("#post").evaluate("post => post.open")
        number, seconds = judge(roos, *page_keys)
        assert number not in done
        done.append(number)
        times.append(seconds)
    times.sort()
    print(f"  next item, 20 times, {len(case.findings)} in the queue: median {times[10] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")
    roos.keyboard.press("z")
    roos.wait_for_url(f"**/judge?item={done[-1]}")
    assert item(roos) == done[-1], "undo brings the item back"
    roos.keyboard.press("Control+3")
    roos.keyboard.press("Alt+2")
    assert item(roos) == done[-1] and not roos.locator("[name=verdict]:checked").count(), "modifiers are ignored"
    roos.keyboard.press("t")
    roos.keyboard.type("3 4 eigen woorden o")
    assert item(roos) == done[-1], "keys in a text field are text"
    roos.keyboard.press("Escape")
    roos.keyboard.press("m")
    roos.keyboard.press("Shift+ArrowRight")
    roos.keyboard.press("Enter")
    marked = roos.input_value("#quote")
    assert marked and roos.inner_text("#text").startswith(marked.rstrip()), marked
    roos.keyboard.press("?")
    assert roos.locator("dialog[open]").count() == 1
    roos.keyboard.press("3")
    roos.keyboard.press("Escape")
    judge(roos, "2", "Enter")
    past = outcome(case.lead, case.address, done[-1])
    assert "eigen woorden" in past and "ongedaan gemaakt" in past and marked.strip() in past, past
    number, _ = judge(roos, "o")
    assert "Nog niets" in outcome(case.lead, case.address, number), "a skip leaves nothing behind"
    # With the keys turned off nothing happens.
    roos.keyboard.press("?")
    roos.locator("#keys-off").focus()
    roos.keyboard.press("Space")
    roos.keyboard.press("Escape")
    before = item(roos)
    roos.keyboard.press("3")
    assert item(roos) == before


def missing_fields(case):
    """A yes without a reason and a ground is not saved, and the way to what is missing is short."""
    page = case.lead
    page.goto(f"{case.address}/judge")
    number = item(page)
    page.keyboard.press("1")
    page.keyboard.press("d")
    assert page.locator(".ground:visible").count() == 5
    page.keyboard.press("d")
    page.keyboard.press("c")
    assert page.locator(".ground:visible").count() == 4, "137c lists no sex or gender"
    page.keyboard.press("Enter")
    page.wait_for_selector("#wrong")
    assert item(page) == number and page.locator("#wrong li").count() == 2
    assert page.evaluate("document.activeElement.id === 'wrong'"), "the focus is at what is missing"
    shot(page, case.shots, "missing")
    page.keyboard.press("r")
    judge(page, "5", "Enter")


def two_browsers(case):
    """Two people, one of them twice, never have the same item."""
    roos, linde = case.person("roos"), case.person("linde")
    again = case.person("roos", make=False)
    seen = set()
    for _ in range(8):
        for page in (roos, linde, again):
            shown = {item(other) for other in (roos, linde, again)}
            assert len(shown) == 3, shown
            number, _ = judge(page, "3")
            assert number not in seen
            seen.add(number)


def blind_second_rating(case):
    """Two raters do not see the score nor each other; a lead decides between them."""
    case.lead.goto(f"{case.address}/settings")
    case.lead.fill("#second_share", "100")
    case.lead.click("main form button")
    case.refill(list(findings.sample(4)))
    roos = case.person("roos")
    for _ in range(4):
        assert not roos.locator(".scores").count() and "Verborgen" in roos.inner_text(".said")
        judge(roos, "2", "7", "Enter")
    linde = case.person("linde")
    for _ in range(4):
        assert not linde.locator(".scores").count() and "persoon" not in linde.inner_text(".look")
        judge(linde, "1", "c", "r", "6", "Enter")
    sign_out(roos)
    case.lead.goto(f"{case.address}/judge?lane=adjudicate")
    assert case.lead.locator(".past .event").count() == 2, "both verdicts are shown"
    shot(case.lead, case.shots, "adjudication")
    number, _ = judge(case.lead, "1", "c", "r", "6", "Enter")
    past = outcome(case.lead, case.address, number)
    assert "Beslist tussen twee oordelen" in past, past
    case.lead.goto(f"{case.address}/dashboard")
    shot(case.lead, case.shots, "dashboard")
    assert "4" in case.lead.inner_text("[aria-labelledby=agreement]")


def sign_out(page):
    page.click("form[action='/logout'] button")
    page.wait_for_url("**/login")


def hostile(case):
    """Texts that want to break the page are shown and do nothing."""
    page = case.lead
    page.goto(f"{case.address}/judge")
    for name in findings.HOSTILE:
        page.keyboard.press(" ")
        shown = page.locator("#text").evaluate("text => text.textContent")
        assert page.title() != "stuk" and page.locator("#text *:not(mark, span)").count() == 0
        assert len(shown) == len(findings.HOSTILE[name]), name
        assert not any(sign in shown for sign in "\u202e\u2067\u200f\ufeff\x07"), name
        assert page.locator("main a[href^='javascript']").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} makes the page wider than the screen"
        shot(page, case.shots, f"hostile-{name}")
        judge(page, "4")
    assert page.title() != "stuk"


def objection(case):
    """A lead reopens; somebody else judges; the history tells it all."""
    roos, linde = case.person("roos"), case.person("linde")
    number, _ = judge(roos, "2", "7", "Enter")
    case.lead.goto(f"{case.address}/items/{number}")
    case.lead.check("[value=wrongly_not]")
    case.lead.fill("#reopen-reason", "De melder heeft gebeld.")
    case.lead.click("section[aria-labelledby=reopen] button")
    assert "De melder heeft gebeld." in outcome(case.lead, case.address, number)
    # What linde had in hand comes first; after it the objection.
    judge(linde, "3")
    judge(linde, "3")
    for _ in range(3):
        if item(linde) == number:
            break
        judge(linde, "3")
    assert item(linde) == number and "bezwaar" in linde.inner_text(".notice")
    judge(linde, "1", "c", "r", "6", "Enter")
    case.lead.goto(f"{case.address}/items/{number}")
    shot(case.lead, case.shots, "item")
    case.lead.goto(f"{case.address}/items/{number}/explain")
    assert "kandidaat" in case.lead.inner_text(".letter").lower()
    shot(case.lead, case.shots, "explain")


def near_repeats(case):
    """After a no the posts that are much like it are looked over and dismissed together; undo takes them all back."""
    case.refill(list(findings.wave(4)))
    roos = case.person("roos")
    number, _ = judge(roos, "2", "9", "Enter")
    assert "golf-0" in outcome_page(case.lead, case.address, number)
    roos.keyboard.press("b")
    roos.wait_for_url("**/repeats")
    assert roos.locator(".repeats li").count() == 3
    shot(roos, case.shots, "repeats")
    roos.check("[value=harmless]")
    roos.click("section[aria-labelledby=dismiss] button")
    roos.wait_for_selector("#undo")
    assert roos.goto(f"{case.address}/items/{number}/repeats").status == 200
    assert roos.locator(".repeats li").count() == 0
    roos.goto(f"{case.address}/judge")
    roos.click("#undo button")
    roos.goto(f"{case.address}/items/{number}/repeats")
    assert roos.locator(".repeats li").count() == 3


def outcome_page(lead, address, number):
    lead.goto(f"{address}/items/{number}")
    return lead.inner_text("main")


def highlights(case):
    """The words that the score rests on are marked, with what that does not mean, and are as hidden as the text until it is opened."""
    post = findings.finding("waarom", "Al die buitenlanders zijn gewoon vuil en horen hier niet.", 0.99)
    # Only the model that scored a post can say why.
    case.refill([post | {"model": case.model()}])
    case.command("why")
    page = case.person("roos")
    blurred = "getComputedStyle(document.querySelector('.words')).filter"
    assert "blur" in page.evaluate(blurred)
    page.keyboard.press(" ")
    assert "none" in page.evaluate(blurred) and page.locator("#text mark").count() > 0
    assert "niet wat de schrijver bedoelt" in page.inner_text(".said")
    shot(page, case.shots, "highlights")
    text = page.locator("#text").evaluate("text => text.textContent")
    assert text == "Al die buitenlanders zijn gewoon vuil en horen hier niet.", "marking changes nothing of the text"


def masks(case):
    """A slur is masked on request, the text stays what it is, and the next page remembers."""
    case.refill(list(findings.slur()))
    page = case.lead
    page.goto(f"{case.address}/judge")
    # What was in hand before goes back with another filter.
    page.locator(".filter summary").click()
    page.click(".filter button")
    page.wait_for_selector(".slur", state="attached")
    page.keyboard.press(" ")
    colour = "getComputedStyle(document.querySelector('.slur')).color"
    plain = page.evaluate(colour)
    page.keyboard.press("x")
    assert page.evaluate(colour) != plain and page.locator(".mask").get_attribute("aria-pressed") == "true"
    shot(page, case.shots, "masked")
    page.reload()
    assert page.evaluate(colour) != plain
    page.goto(f"{case.address}/items/{item(page)}")
    page.locator("#post summary").click()
    assert page.evaluate(colour) != plain and page.locator(".mask").get_attribute("aria-pressed") == "true"
    page.goto(f"{case.address}/judge")
    page.keyboard.press("x")
    assert page.evaluate(colour) == plain


def filters(case):
    """By platform and in another order; what was in hand goes back."""
    page = case.lead
    page.goto(f"{case.address}/judge")
    page.locator(".filter summary").click()
    page.select_option("#f-platform", "youtube")
    page.select_option("#f-order", "age")
    page.click(".filter button")
    page.wait_for_url("**/judge?platform=youtube&order=age")
    for _ in range(3):
        assert "youtube" in page.inner_text(".facts")
        judge(page, "3")
    assert page.url.endswith("?platform=youtube&order=age")
    page.fill("#f-min_score", "1")
    page.click(".filter button")
    page.wait_for_selector("text=Niets meer te beoordelen")


def breaks(case):
    """After so many items a break is proposed, and may be declined."""
    case.lead.goto(f"{case.address}/settings")
    case.lead.fill("#batch", "2")
    case.lead.click("main form button")
    roos = case.person("roos")
    judge(roos, "3")
    judge(roos, "3")
    roos.wait_for_selector("text=Even pauze?")
    shot(roos, case.shots, "pause")
    roos.keyboard.press("z")
    roos.wait_for_selector("#judge")
    judge(roos, "4")
    roos.wait_for_selector("text=Even pauze?")
    roos.click("main button")
    roos.wait_for_selector("#judge")


def exports(case):
    """A researcher gets figures and pseudonyms, no text; statistics come as CSV."""
    roos = case.person("roos")
    # Of fewer than five every one stands out.
    for _ in range(8):
        judge(roos, "2", "7", "Enter")
    # What can be undone, or is being undone, is not given away.
    roos.wait_for_timeout(21_000)
    research = case.person("onderzoek", "researcher")
    assert research.url.endswith("/statistics")
    research.goto(f"{case.address}/statistics")
    with research.expect_download() as download:
        research.click("a[href^='/statistics.csv']")
    text = pathlib.Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("period,"), text[:80]
    research.goto(f"{case.address}/export")
    with research.expect_download() as download:
        research.click("a[href='/export.jsonl']")
    rows = [json.loads(line) for line in pathlib.Path(download.value.path()).read_text(encoding="utf-8").splitlines()]
    posts = [finding["text"] for finding in case.findings]
    assert rows and not any(post in json.dumps(rows, ensure_ascii=False) for post in posts)
    assert research.goto(f"{case.address}/judge").status == 403
    with case.lead.expect_download() as download:
        case.lead.goto(f"{case.address}/export")
        case.lead.click("a[href='/labels.jsonl']")
    download.value.path()


def signed_in_again(case):
    """The session ends while somebody fills in a form: after signing in in another tab the same form is saved."""
    roos = case.person("roos")
    number = item(roos)
    roos.keyboard.press("2")
    roos.fill("#reason", "woorden die niet verloren gaan")
    case.sql("DELETE FROM session WHERE user = (SELECT id FROM user WHERE name = 'roos')")
    for _ in range(2):
        roos.click("#save")
        roos.wait_for_selector("#trouble:has-text('niet (meer) aangemeld')")
    assert roos.locator("#trouble").count() == 1, "one box, however often"
    other = roos.context.new_page()
    sign_in(other, case.address, "roos")
    roos.click("#save")
    roos.wait_for_function("number => document.querySelector('#judge').dataset.item !== number", arg=number)
    assert "woorden die niet verloren gaan" in outcome(case.lead, case.address, number)


def way_on(case):
    """What is no longer in hand is not saved, and there is a way on; a page that does not answer says so."""
    roos = case.person("roos")
    number = item(roos)
    roos.wait_for_load_state("networkidle")
    roos.context.set_offline(True)
    roos.keyboard.press("3")
    roos.wait_for_selector("#trouble:has-text('antwoordt niet')")
    roos.context.set_offline(False)
    case.sql(f"DELETE FROM lease WHERE item = {number}")
    linde = case.person("linde")
    assert item(linde) == number
    for _ in range(2):
        roos.keyboard.press("Enter")
        roos.wait_for_selector("#trouble a")
    assert roos.locator("#trouble").count() == 1
    roos.click("#trouble a")
    roos.wait_for_function("number => document.querySelector('#judge')?.dataset.item !== number", arg=number)
    assert item(roos) != item(linde)


def link_from_elsewhere(case):
    """A link on another site leads to the page as a stranger sees it, and nobody is signed out by it."""
    roos = case.person("roos")
    # To a browser 127.0.0.1 and localhost are two sites.
    roos.goto(case.address.replace("127.0.0.1", "localhost") + "/login")
    roos.evaluate("there => { const link = document.createElement('a'); link.href = there; document.body.append(link); link.click(); }", f"{case.address}/judge")
    roos.wait_for_url(f"{case.address}/login**")
    roos.click("main a[href='/judge']")
    roos.wait_for_selector("#judge")


def keys_and_modifiers(case):
    """Shift is a modifier; after marking and saving by mouse, Enter saves again."""
    page = case.lead
    page.goto(f"{case.address}/judge")
    number = item(page)
    page.keyboard.press("Shift+O")
    page.keyboard.press("m")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("document.querySelector('#spoken').textContent.trim() !== ''")
    assert item(page) == number
    page.check("[name=verdict][value=unsure]")
    page.click("#save")
    page.wait_for_function("number => document.querySelector('#judge').dataset.item !== number", arg=number)
    judge(page, "2", "7", "Enter")


def found_back(case):
    """When a verdict can no longer be undone, the way to its item stays."""
    roos = case.person("roos")
    number, _ = judge(roos, "2", "7", "Enter")
    roos.wait_for_selector("#undo", state="detached")
    roos.click(f"#flash a[href='/items/{number}']")
    roos.click("a[href$='/correct']")
    roos.wait_for_selector("#verdict-form")
    assert roos.locator("[name=verdict][value=not_candidate]").is_checked() and roos.locator("[name=why]:checked").count() == 1, "a correction begins with what was said"
    roos.click("nav a[href='/mine']")
    assert roos.locator(".mine li").count() == 1


def narrow(case):
    """At 320 CSS pixels, a screen at 400 percent, nothing is wider than the screen (WCAG 1.4.10), and what was saved covers nothing (2.4.11)."""
    case.lead.goto(f"{case.address}/judge")
    number, _ = judge(case.lead, "2", "7", "Enter")
    judged = f"/items/{number}"
    for width in (320, 360):
        page = case.browsers.person(viewport={"width": width, "height": 640})
        sign_in(page, case.address, "lead")
        for path in ("/judge", "/mine", "/items", judged, f"{judged}/correct", f"{judged}/repeats", f"/items/{item(case.lead)}", "/dashboard", "/statistics", "/users", "/settings"):
            page.goto(case.address + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} wide at {width}"
        page.goto(f"{case.address}/judge")
        for key in (" ", "1", "c", "e"):
            page.keyboard.press(key)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"the open form at {width}"
        page.keyboard.press("Escape")
        judge(page, "3")
        assert page.evaluate("getComputedStyle(document.querySelector('#flash')).position") == "static"
        shot(page, case.shots, f"narrow-{width}")


def without_scripts(case):
    """Reading, judging and undoing work as plain forms."""
    page = case.person("roos", java_script_enabled=False)
    number = item(page)
    page.click("#post summary")
    page.check("[value=not_candidate]")
    page.check("[name=why][value=person]")
    page.click("#save")
    assert item(page) != number and page.locator("#undo").count() == 1
    page.click("#undo button")
    assert item(page) == number


def english(case):
    """The other language, on every page, and back."""
    page = case.lead
    page.goto(f"{case.address}/judge?order=age")
    page.click("form[action='/language'] button")
    assert page.locator("html").get_attribute("lang") == "en" and page.url.endswith("order=age")
    assert "Your verdict" in page.inner_text("main")
    page.goto(f"{case.address}/dashboard")
    assert "Verdicts per day" in page.inner_text("main")
    page.click("form[action='/language'] button")
    assert "Oordelen per dag" in page.inner_text("main")


def accessible(case):
    """axe finds nothing on any page: light, dark, phone; text open; after a mistake; in the help."""
    judge_one = case.lead
    judge_one.goto(f"{case.address}/judge")
    number, _ = judge(judge_one, "2", "7", "Enter")
    judged = [f"/items/{number}{page}" for page in ("", "/explain", "/correct", "/repeats")]
    pages = ["/judge", "/mine", "/items", *judged, "/dashboard", "/statistics", "/export", "/users", "/settings", "/account"]
    problems = []

    def check(page, name):
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
        for violation in found.response["violations"]:
            problems.append(f"{name}: {violation['id']}: {[node['target'] for node in violation['nodes']][:3]}")
        shot(page, case.shots, name)

    looks = {
        "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
        "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
        "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True},
    }
    for look, options in looks.items():
        page = case.browsers.person(reduced_motion="reduce", **options)
        page.goto(f"{case.address}/login")
        check(page, f"{look}-login")
        page.goto(f"{case.address}/start")
        check(page, f"{look}-start")
        sign_in(page, case.address, "lead")
        for path in pages:
            assert page.goto(case.address + path).status == 200, path
            check(page, f"{look}{path.replace('/', '-')}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{look} {path} is wider than the screen"
        page.goto(f"{case.address}/judge")
        for key in (" ", "1", "c", "e"):
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        check(page, f"{look}-judge-open")
        page.locator("#save").click()
        page.wait_for_selector("#wrong")
        check(page, f"{look}-judge-wrong")
        page.keyboard.press("?")
        check(page, f"{look}-help")
        page.close()
    assert not problems, "\n".join(problems)


def no_trap(case):
    """Tab goes through the whole page and out of it again."""
    page = case.lead
    page.goto(f"{case.address}/judge")
    seen = []
    for _ in range(120):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(() => { const e = document.activeElement; return e.tagName + '#' + e.id + e.name + e.href + e.textContent.slice(0, 20) })()"))
        if len(seen) > 5 and seen[-1] == seen[0]:
            break
    assert len(set(seen)) > 15 and seen[-1] == seen[0], seen


CASES = [keyboard_alone, missing_fields, two_browsers, blind_second_rating, hostile, objection, near_repeats, highlights, masks, filters, breaks, exports, signed_in_again, way_on, link_from_elsewhere, keys_and_modifiers, found_back, narrow, without_scripts, english, accessible, no_trap]


def run(grens, chromium, shots, only):
    failed = 0
    for test in CASES:
        if only and only not in test.__name__:
            continue
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            posts = list(findings.hostile()) if test is hostile else list(findings.sample(40))
            store = folder / "queue.db"
            imported(grens, store, findings.write(folder / "list.jsonl", [] if test is blind_second_rating else posts))
            browsers = Browsers(chromium)
            try:
                with served(grens, store) as (address, code):
                    case = Case(address, code, browsers, shots)
                    case.findings, case.store = posts, store
                    case.refill = lambda more: imported(grens, store, findings.write(folder / "more.jsonl", more))
                    case.command = lambda name: command(grens, store, name)
                    case.model = lambda: model(grens)
                    test(case)
                    assert not browsers.complaints, browsers.complaints
                    assert not browsers.outside, browsers.outside
                    print(f"passed: {test.__name__}", flush=True)
            except Exception:
                failed += 1
                traceback.print_exc()
                for i, context in enumerate(browsers.open):
                    for page in context.pages[:1]:
                        shot(page, shots, f"failed-{test.__name__}-{i}")
                print(f"FAILED: {test.__name__}", flush=True)
            finally:
                browsers.close()
    return int(failed > 0)
