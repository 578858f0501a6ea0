//! Times as platforms and spreadsheets write them, as RFC 3339 in UTC.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};

/// Layouts without RFC number: X's archive; databases and data frames (no zone: taken as UTC).
const X_ARCHIVE: &str = "%a %b %d %H:%M:%S %z %Y";
const NO_ZONE: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];

/// `text` as RFC 3339 in UTC. Understood are RFC 3339, RFC 2822, the layout of X's archive, date and time without a zone, a
/// date alone, and seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by their size). `None` for all else.
pub(super) fn utc(text: &str) -> Option<String> {
    let text = text.trim();
    let time = from_number(text).or_else(|| from_text(text))?;
    shown(time)
}

/// Whether `text` is what [`utc`] makes of it: RFC 3339 in UTC, whole seconds. Most exports write times so, and millions need no calculation.
pub(super) fn is_shown(text: &str) -> bool {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1, b'Z'] = text.as_bytes()
    else {
        return false;
    };
    let number =
        |digits: &[u8]| digits.iter().try_fold(0_u16, |n, b| b.is_ascii_digit().then(|| 10 * n + u16::from(b - b'0')));
    let day = || {
        let (year, month, day) = (number(&[y0, y1, y2, y3])?, number(&[m0, m1])?, number(&[d0, d1])?);
        NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
    };
    let below = |digits: [u8; 2], limit| number(&digits).is_some_and(|n| n < limit);
    day().is_some() && below([h0, h1], 24) && below([i0, i1], 60) && below([s0, s1], 60)
}

/// A count of nanoseconds since 1970 as RFC 3339 in UTC; `None` when it is no year of four digits.
pub(super) fn from_nanos(nanos: i128) -> Option<String> {
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let fraction = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    shown(DateTime::from_timestamp(seconds, fraction)?)
}

fn shown(time: DateTime<Utc>) -> Option<String> {
    (0..=9999).contains(&time.year()).then(|| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn from_text(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, X_ARCHIVE))
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"));
    if let Ok(time) = zoned {
        return Some(time.to_utc());
    }
    let plain = text.strip_suffix(" UTC").unwrap_or(text);
    let found = NO_ZONE.iter().find_map(|layout| NaiveDateTime::parse_from_str(plain, layout).ok());
    let day = || NaiveDate::parse_from_str(plain, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    found.or_else(day).map(|time| time.and_utc())
}

fn from_number(text: &str) -> Option<DateTime<Utc>> {
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    match number {
        0..100_000_000_000 => {
            let nanos: u32 = format!("{fraction:0<9.9}").parse().ok()?;
            DateTime::from_timestamp(number, nanos)
        }
        100_000_000_000..100_000_000_000_000 => DateTime::from_timestamp_millis(number),
        100_000_000_000_000..100_000_000_000_000_000 => DateTime::from_timestamp_micros(number),
        _ => Some(DateTime::from_timestamp_nanos(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn every_layout_gives_one_form() {
        for text in [
            "2026-11-20T17:01:06Z",
            "2026-11-20T18:01:06+01:00",
            "Fri Nov 20 17:01:06 +0000 2026",
            "Fri, 20 Nov 2026 18:01:06 +0100",
            "2026-11-20 17:01:06",
            "2026-11-20 17:01:06 UTC",
            "2026-11-20 18:01:06+01",
            "1795194066",
            "1795194066.0",
            "1795194066000",
            "1795194066000000",
            "1795194066000000000",
        ] {
            assert_eq!(utc(text).as_deref(), Some("2026-11-20T17:01:06Z"), "{text}");
        }
        assert_eq!(utc("2026-11-20").as_deref(), Some("2026-11-20T00:00:00Z"));
        assert_eq!(utc("2026-11-20T17:01:06.250Z").as_deref(), Some("2026-11-20T17:01:06.250Z"));
        assert_eq!(utc("1795194066.5").as_deref(), Some("2026-11-20T17:01:06.500Z"));
    }

    #[test]
    fn what_is_shown_so_stays() {
        for text in ["2026-11-20T17:01:06Z", "2024-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            assert!(super::is_shown(text), "{text}");
            assert_eq!(utc(text).as_deref(), Some(text));
        }
        for text in ["2026-02-29T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T17:60:06Z", "2026-1a-20T17:01:06Z"] {
            assert!(!super::is_shown(text), "{text}");
            assert_eq!(utc(text), None, "{text}");
        }
        assert!(!super::is_shown("2026-12-31T23:59:60Z") && !super::is_shown("2026-11-20t17:01:06z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", ".", "gisteren", "20-11-2026", "2026-13-01", "1e9", "99999999999999999999", "1.2.3", "٣"] {
            assert_eq!(utc(text), None, "{text}");
        }
    }
}
