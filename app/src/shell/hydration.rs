//! How the islands get into a page.

use leptos::{nonce::use_nonce, prelude::*};
use std::sync::OnceLock;

/// Loads the files of the islands early, and brings the islands to life when the
/// page has nothing else to do.
///
/// Leptos' own `HydrationScripts` finds the islands by walking every element of the
/// page, with a promise for each; on a page of two thousand elements that is a good
/// part of coming to life. Here the browser finds them by name. None lies in another,
/// so none has to wait.
#[component]
pub fn Hydration(options: LeptosOptions) -> impl IntoView {
    let nonce = use_nonce();
    // Nothing outside the islands is for the browser to take over.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let [script, module] = addresses(&options);
    let start = format!(
        "{}({script:?}, {module:?})",
        include_str!("islands.js").trim_end()
    );
    // What is loaded early is used only by a request of the same mode, and an import is
    // one across origins.
    view! {
        <link rel="modulepreload" href=script crossorigin="" />
        <link rel="preload" href=module r#as="fetch" r#type="application/wasm" crossorigin="" />
        <script type="module" nonce=nonce>
            {start}
        </script>
    }
}

/// Where the script of the islands and their module are found. A release has the
/// hash of each file in its name, and the list of the hashes beside its binary.
fn addresses(options: &LeptosOptions) -> [String; 2] {
    static LISTED: OnceLock<String> = OnceLock::new();
    let listed = LISTED.get_or_init(|| listed(options));
    ["js", "wasm"].map(|kind| {
        let (folder, name) = (&options.site_pkg_dir, &options.output_name);
        match hash_of(kind, listed) {
            Some(hash) => format!("/{folder}/{name}.{hash}.{kind}"),
            None => format!("/{folder}/{name}.{kind}"),
        }
    })
}

/// The list of the build that this binary is of.
fn listed(options: &LeptosOptions) -> String {
    options
        .hash_files
        .then(|| std::env::current_exe().ok())
        .flatten()
        .map(|binary| binary.with_file_name(options.hash_file.as_ref()))
        .and_then(|list| std::fs::read_to_string(list).ok())
        .unwrap_or_default()
}

/// A line of the list reads `js: tVVdmDq_Abf77bYm8mei6A`.
fn hash_of<'list>(file: &str, listed: &'list str) -> Option<&'list str> {
    listed.lines().find_map(|line| {
        let (name, hash) = line.split_once(':')?;
        (name.trim() == file).then(|| hash.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::hash_of;

    #[test]
    fn a_files_hash_is_read_from_the_list_that_the_build_leaves() {
        let listed = "js: tVVd_Abf\nwasm: 0ewK-cZC\n";
        assert_eq!(hash_of("js", listed), Some("tVVd_Abf"));
        assert_eq!(hash_of("wasm", listed), Some("0ewK-cZC"));
        assert_eq!(hash_of("css", listed), None);
        assert_eq!(hash_of("js", ""), None);
    }
}
