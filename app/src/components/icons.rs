//! Icons, drawn on a grid of 16 with one stroke width. They say nothing by
//! themselves: a word always stands beside them.

use leptos::prelude::*;

/// Declares the icons once: as an enum, and as the list of all of them.
macro_rules! signs {
    ($($sign:ident,)*) => {
        /// What an icon shows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Sign {
            $($sign,)*
        }

        impl Sign {
            /// Every icon, for the page that shows them.
            pub const ALL: &'static [Self] = &[$(Self::$sign,)*];
        }
    };
}

signs! {
    Usage,
    Requests,
    Key,
    Project,
    Limits,
    Terminal,
    More,
    Account,
    Inbox,
    Audit,
    Menu,
    Settings,
    SignOut,
    System,
    Sun,
    Moon,
    Calendar,
    Search,
    Check,
    Warning,
    Plus,
    Ticket,
    Arrow,
    Back,
    Mail,
    WeChat,
    Discord,
}

impl Sign {
    const fn path(self) -> &'static str {
        match self {
            Self::Usage => "M2.5 13.5h11M4.5 11V8M8 11V3M11.5 11V6",
            Self::Requests => "M2.5 4h1M2.5 8h1M2.5 12h1M6 4h7.5M6 8h7.5M6 12h7.5",
            Self::Key => {
                "M9.2 6.8 13.5 2.5M11.5 4.5l2 2M9.7 9.5a3.2 3.2 0 1 1-3.2-3.2 3.2 3.2 0 0 1 3.2 3.2Z"
            }
            Self::Project => {
                "M2.5 4.5a1 1 0 0 1 1-1h2.8l1.7 1.8h4.5a1 1 0 0 1 1 1v5.2a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1Z"
            }
            Self::Limits => "M2.5 11.500a5.500 5.500 0 1 1 11 0M8 11.500l2.700-3.700",
            Self::Terminal => "M3 4.500 6.500 8 3 11.500M8.500 11.500H13",
            Self::More => "M8 2.5v11M2.5 8h11",
            Self::Account => {
                "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.8 13.5a5.3 5.3 0 0 1 10.4 0"
            }
            Self::Inbox => {
                "M2.5 9.5h3l1 2h3l1-2h3M2.5 9.5l1.8-6h7.4l1.8 6v3a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1Z"
            }
            Self::Mail => "M2.5 4h11v8.5h-11ZM2.5 4.5 8 9l5.5-4.5",
            Self::Audit => "M5.5 5.5h5M5.5 8h5M5.5 10.5h3M3.5 2.5h9v11h-9Z",
            Self::Menu => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
            Self::Settings => {
                "M2.500 5h5M11.500 5h2M9.500 6.750a1.750 1.750 0 1 0 0-3.500 1.750 1.750 0 0 0 0 3.500ZM2.500 11h2M8.500 11h5M6.500 12.750a1.750 1.750 0 1 0 0-3.500 1.750 1.750 0 0 0 0 3.500Z"
            }
            Self::SignOut => {
                "M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10.5 11l3-3-3-3M13.5 8h-7"
            }
            Self::System => {
                "M3.5 3h9a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM6 13.5h4M8 10.5v3"
            }
            Self::Sun => {
                "M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.75v1M8 13.25v1M1.75 8h1M13.25 8h1M3.6 3.6l.7.7M11.7 11.7l.7.7M12.4 3.6l-.7.7M4.3 11.7l-.7.7"
            }
            Self::Moon => "M13.3 9.6A5.6 5.6 0 0 1 6.4 2.7a5.6 5.6 0 1 0 6.9 6.9Z",
            Self::Calendar => {
                "M2.5 6.5h11M5.5 2v2.5M10.5 2v2.5M3.5 3.5h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Z"
            }
            Self::Search => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2",
            Self::Check => "M3 8.5l3.2 3.2L13 5",
            Self::Warning => "M8 6v3.2M8 11.4v.1M8 2.2l6 10.8H2Z",
            Self::Plus => "M8 3.5v9M3.5 8h9",
            Self::Ticket => {
                "M2.5 4.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v2a1.500 1.500 0 0 0 0 3v2a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-2a1.500 1.500 0 0 0 0-3ZM9.500 5.500v1M9.500 7.500v1M9.500 9.500v1"
            }
            Self::Arrow => "M3 8h10M9 4l4 4-4 4",
            Self::Back => "M13 8H3M7 4 3 8l4 4",
            Self::WeChat => {
                "M9.8 6.1c-.3-2-2.1-3.4-4.3-3.4-2.400 0-4.300 1.700-4.300 3.800 0 1.200.600 2.200 1.600 2.900L2.400 10.900l1.700-.8c.4.1.9.2 1.400.2M10.300 6.100c2.400 0 4.400 1.600 4.400 3.600 0 1.100-.6 2.100-1.500 2.700l.4 1.400-1.600-.8c-.5.2-1.100.3-1.700.3-2.400 0-4.400-1.600-4.400-3.600s2-3.600 4.400-3.600Z"
            }
            Self::Discord => {
                "M5.300 11.200c-.4.700-.8 1.300-.8 1.300-1.500-.4-2.700-1.300-2.700-1.300 0-3.200 1.400-6.600 1.400-6.600 1-.7 2.300-1 2.300-1l.5.900a8 8 0 0 1 4 0l.5-.9s1.300.300 2.300 1c0 0 1.400 3.400 1.400 6.600 0 0-1.200.9-2.700 1.300 0 0-.4-.6-.8-1.300M4.500 10.800c2.200 1 4.800 1 7 0M6 8.300v.4M10 8.300v.4"
            }
        }
    }
}

#[component]
pub fn Icon(sign: Sign) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=sign.path()></path>
        </svg>
    }
}

/// The mark of the product: a peak, and below it what is left.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect class="mark-ground" width="32" height="32" rx="8"></rect>
            <path class="mark-peak" d="M8 24 16 7.500 24 24"></path>
            <path class="mark-rest" d="M13 20.500h6"></path>
        </svg>
    }
}
