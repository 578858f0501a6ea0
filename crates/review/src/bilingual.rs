//! Words in two languages, one line each: Dutch and then English.

/// A struct with a field for every line, and its two values `NL` and `EN`: nothing can ask for words that one language lacks. For tests `ALL` lists name, Dutch, English.
macro_rules! bilingual {
    ($(#[$doc:meta])* $type:ident { $($name:ident: $nl:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $type {
            $(pub(crate) $name: &'static str,)*
        }

        /// Dutch.
        pub(crate) static NL: $type = $type { $($name: $nl,)* };
        /// English.
        pub(crate) static EN: $type = $type { $($name: $en,)* };

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $nl, $en),)*];
    };
}
pub(crate) use bilingual;
