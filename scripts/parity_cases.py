#!/usr/bin/env python3
"""Write tests/golden/normalise.jsonl: what scripts/normalise.py makes of ordinary and of hostile texts.

Usage: python3 -m scripts.parity_cases [--out tests/golden/normalise.jsonl]

The Rust normaliser is tested against this file. Everything outside ASCII is escaped, so that no editor changes a case.
"""
import argparse
import json
import pathlib

from scripts.normalise import normalise

CASES = [
    # nothing, or nothing that stays
    "", " ", "\t\r\n", "\u200b\u200d\ufeff", "\u0301", "\u0301\u0302\u0303", "\x00", "a\x00b", "\u00ad", "\U000e0041\U000e007f",
    # ordinary Dutch keeps its letters and signs
    "Goedemorgen, hoe gaat het?", "Ideeën over coöperatie, één café, naïef", "ide\u0308een e\u0301e\u0301n", "'s Ochtends om 9:30 uur!",
    "De prijs is € 12,50 (incl. btw) – echt waar…", "ÏJsland en ĳsbeer Ĳmuiden", "„Aanhaling” en ‘enkel’ en «zo»",
    # NFKC
    "ｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ", "\U0001d417\U0001d41e\U0001d425\U0001d425\U0001d428 \U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8", "ﬁets ½ liter ™ №5 ²", "Ⓗⓐⓛⓛⓞ 🅱 🄰🄱",
    "auto´s en auto`s en auto’s", "\u1100\u1161\u11a8", "\u212b \u2126 \u017f",
    # marks and invisibles
    "z\u0300\u0301\u0302a\u0334\u0335l\u0336\u0337g\u0338o\u0489", "d\u0336o\u0336o\u0336r\u0336", "gr\u200boe\u200cp\u2060en", "soft\u00adhyphen", "\u202eomgekeerd\u202c tekst", "e\u200d\u0301",
    "x\u20dd 1\ufe0f\u20e3", "a\u3164b\uffa0c\u115fd",
    # white space
    "a\u00a0b\u2003c\u202fd\u205fe\u3000f", "a\u2028b\u2029c\u0085d", "  veel    spaties  ", "\u180ea\u180eb", "a\x1cb\x1fc\x7fd\x9fe",
    # emoji
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 gezin", "\U0001f1f3\U0001f1f1\U0001f1f3\U0001f1f1 hup", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "❤️❤️❤️❤️❤️", "\U0001f44d\U0001f3fe\U0001f44d\U0001f3fe", "😂😂😂😂😂 :))))))",
    # look-alikes
    "Nеdеrlаnd", "гopа и \u0440ut\u0456n", "Москва blijft Москва", "αθήνα en pαrk", "ΑBΓ ΝEΜΟ", "к\u0456nd", "ТЕST ТЕСТ tеsт", "ѕсhоοl", "Latijn1Привет", "aпb", "\u0926\u093f\u0430a\u093f\u0435",
    "Istanbul ıİiI", "naïeve groеп",
    # links and mentions
    "zie https://voorbeeld.nl/pad?q=1#x nu", "HTTPS://VOORBEELD.NL", "www.voorbeeld.nl", "(www.voorbeeld.nl)", "xhttp://a.nl", "1www.a.nl", "_www.a.nl", "http:// leeg www. www", "https://a.nl/https://b.nl", "[URL] en @user blijven",
    "\u04bb\u0442tps://a.nl", "ｈｔｔｐｓ：／／ａ．ｎｌ", "https://a.nl\u00a0na", "ht\u200btps://a.nl", "ftp://a.nl",
    "@jan hoi", "hoi @jan.", "hoi @jan-piet-...", "(@jan_1)", "mail jan@voorbeeld.nl", "jan_@x", "@", "@ jan", "@. @- @_", "@@jan @jan@piet", "@jané", "@éjan", "é@jan", "@jan.https://a.nl", "@https://a.nl",
    "@user @USER @user1", "wat vind je,@jan?", "\u200b@jan", "＠jan",
    # words spelled out
    "een w o o r d", "w.o.o.r.d", "W-O-O-R-D!", "h_a_l_l_o", "d*o*m*m*e", "d o m m e  p r a a t", "a.u.b. en m.v.g.", "a b c", "a b c d ef", "a b.c d", "a.b c d e f", "a b c d.e.f.g.h", "1 2 3 4", "h 0 m o", "i k ü b",
    "\u0430 b c d", "a\u200b b\u00a0c d", "a  b  c  d", "o o o o o", "@a b c d e", "a b c d @jan", "www.a.b.c.d", "x_a_b_c_d", "é é é é", "a bb c d e f",
    # repeats
    "neeeeeeee", "1000000000 en ٠٠٠٠٠", "?!?!?!?!", "!!!!!", "aaaabbbbcccc", "éééééé", "wwwww.a.nl", "aAaAaA", "....", "-----", "\n\n\n\n\n", "a\u0301a\u0301a\u0301a\u0301", "ha ha ha ha ha", "@@@@@jan",
    # digits for letters
    "g3handicapt3n", "t33f en m0slims", "A4tje, mp3, 3e, 24/7, H5N1, w8 ff", "J0D3N", "J0d3N", "a100b a33b a333b", "x1y2z3q", "b1n H4l l7O", "é4x x4é", "ｈ４ｎｄ", "zie https://a.nl/b1c en @j4n", "w 0 o r d", "GA W3G DAAR", "GA Weg d4AR", "n3ee33e", "k1\u200bnd",
    # shouting
    "ROT OP NAAR JE EIGEN LAND", "DIT IS GEEN Schreeuwen MAAR DIT WEL!!", "de PVV en het AZC", "PVV VVD", "PVV D66 CDA", "WEG ERMEE", "HAAT ZE", "WAT? JA", "GELUKKIG", "GELUKT!",
    "ÉÉN EN AL ÎLE", "ÉÀÈ ÉÀÈ ÉÀÈ", "ß GROSS STRASSE ß", "STRAßE WEG DAAR", "МОСКВА ТЕСТ", "ΑΘΗΝΑ NAAM", "HALLO https://a.nl ALLEMAAL", "WEG [URL] ERMEE", "(URL) WEG ERMEE", "[URL]", "W O O R D E N", "A B C DE FGH", "H.A.L.L.O ALLEMAAL",
    "IK BEN 18 JAAR, U OOK?", "TOP10 LIJST", "10TOP LIJSTEN", "@JAN HALLO DAAR", "NEEEEEEEEE", "NEEEEEEEEEE HOOR", "ﬁETS WEG", "A\u0301B CDEFG HI", "Ø WEG ÞAR", "WEG × DAAR ÷ IETS", "ǄUR WEG DAAR",
]


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden/normalise.jsonl"))
    args = args.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("".join(json.dumps({"in": c, "out": normalise(c)}) + "\n" for c in CASES))
    twice = [c for c in CASES if normalise(normalise(c)) != normalise(c)]
    print(f"{len(CASES)} cases; a second pass changes {len(twice)}: {twice}")


if __name__ == "__main__":
    main()
