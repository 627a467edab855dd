//! Copying a text.

use leptos::prelude::*;

/// Copies `value` to the clipboard and says so. Shown once scripts run: without
/// them the text beside it can be selected.
#[island]
pub fn CopyButton(
    /// What is copied.
    value: String,
    /// `Copy`
    label: String,
    /// What the button does, for those who do not see what it stands beside.
    about: String,
    /// `Copied`
    done: String,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    let copied = RwSignal::new(false);
    Effect::new(move || alive.set(true));

    #[cfg(feature = "hydrate")]
    let copy = move |_| {
        // The answer is not awaited: that would bring an executor's worth of code
        // for a refusal that leaves the text still there to select.
        drop(window().navigator().clipboard().write_text(&value));
        copied.set(true);
        set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
    };
    #[cfg(not(feature = "hydrate"))]
    let copy = {
        drop(value);
        move |_| {}
    };

    view! {
        <button
            type="button"
            class="button button-small copy"
            class:copy-done=move || copied.get()
            hidden=move || !alive.get()
            aria-label=about
            on:click=copy
        >
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                <rect x="5.5" y="5.5" width="8" height="8" rx="1.5"></rect>
                <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"></path>
            </svg>
            <span aria-live="polite">
                {move || if copied.get() { done.clone() } else { label.clone() }}
            </span>
        </button>
    }
}
