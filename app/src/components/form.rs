//! Forms: a field keeps what was typed and says what is wrong with it.

use super::{
    banner::Alert,
    icons::{Icon, Sign},
};
use crate::{
    i18n::use_texts,
    view::{FormReply, FormToken},
};
use leptos::prelude::*;

/// What the server said of the form named `form`, if this page answers it.
pub fn reply_to(form: &str) -> FormReply {
    use_context::<FormReply>()
        .filter(|reply| reply.form == form)
        .unwrap_or_else(|| FormReply {
            form: form.to_owned(),
            ..FormReply::default()
        })
}

/// Carries the one-time token of this page: what the form asks for is done once,
/// however often it is sent.
#[component]
pub fn Once() -> impl IntoView {
    use_context::<FormToken>()
        .map(|token| view! { <input type="hidden" name="once" value=token.0 /> })
}

/// What a field was when the form was shown, so that a change of another window
/// is not overwritten unseen.
#[component]
pub fn Was(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// The problems of a form in one place, before its fields. The form's name goes
/// along with it: if its session has ended, what was typed finds its way back.
#[component]
pub fn Problems(reply: FormReply) -> impl IntoView {
    let texts = use_texts();
    let problems = (!reply.problems.is_empty()).then(|| {
        let whole = reply.problem("").map(|message| texts.message(message));
        let fields = i64::try_from(
            reply
                .problems
                .iter()
                .filter(|(field, _)| !field.is_empty())
                .count(),
        )
        .unwrap_or(i64::MAX);
        view! {
            <Alert>
                {whole.map(|text| view! { <p>{text}</p> })}
                {(fields > 0)
                    .then(|| {
                        view! { <p>{texts.with("form-problems", [("fields", fields.into())])}</p> }
                    })}
            </Alert>
        }
    });
    view! {
        <input type="hidden" name="form" value=reply.form />
        {problems}
    }
}

/// Says of a form that was sent after its session had ended that it is still
/// to be sent.
#[component]
pub fn UnsentNotice() -> impl IntoView {
    let texts = use_texts();
    use_context::<FormReply>()
        .filter(|reply| reply.unsent)
        .map(|_| {
            view! {
                <div role="status" class="notice notice-wait">
                    <Icon sign=Sign::Warning />
                    <p>{texts.text("form-unsent")}</p>
                </div>
            }
        })
}

/// A problem of a form that no longer has a place on the page, for instance of
/// a row that is gone. `known` are the forms that speak for themselves.
#[component]
pub fn StrayProblems(known: Vec<String>) -> impl IntoView {
    let texts = use_texts();
    use_context::<FormReply>()
        .filter(|reply| !known.contains(&reply.form) && !reply.problems.is_empty())
        .map(|reply| {
            let lines: Vec<_> = reply
                .problems
                .iter()
                .map(|(_, message)| texts.message(message))
                .collect();
            view! {
                <Alert>{lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}</Alert>
            }
        })
}

/// How a field takes its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldKind {
    #[default]
    Text,
    Email,
    Password,
    /// A whole number, typed with any separators off.
    Number,
    Date,
    Lines,
}

impl FieldKind {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Password => "password",
            Self::Date => "date",
            Self::Text | Self::Number | Self::Lines => "text",
        }
    }
}

/// A labelled field with its hint and its problem.
#[component]
pub fn Field(
    /// Sets the ids of this form's fields apart from those of others on the page.
    #[prop(into)]
    form: String,
    name: &'static str,
    #[prop(into)] label: String,
    reply: FormReply,
    #[prop(optional)] kind: FieldKind,
    #[prop(optional, into)] hint: String,
    /// Shown until something was typed and sent.
    #[prop(optional, into)]
    initial: String,
    #[prop(optional)] required: bool,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional)] maxlength: Option<u32>,
    /// Has the focus when the page is opened.
    #[prop(optional)]
    focus: bool,
) -> impl IntoView {
    let texts = use_texts();
    let id = field_id(&form, name);
    let value = reply.values.get(name).cloned().unwrap_or(initial);
    let problem = reply.problem(name).map(|message| texts.message(message));
    let described = described_by(&id, !hint.is_empty(), problem.is_some());
    let invalid = problem.is_some().then_some("true");
    let autocomplete = (!autocomplete.is_empty()).then_some(autocomplete);
    let control = if kind == FieldKind::Lines {
        view! {
            <textarea
                id=id.clone()
                name=name
                rows="3"
                required=required
                maxlength=maxlength
                aria-describedby=described
                aria-invalid=invalid
                inner_html=as_text(&value)
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id.clone()
                type=kind.input_type()
                name=name
                value=value
                required=required
                inputmode=(kind == FieldKind::Number).then_some("numeric")
                autocomplete=autocomplete
                maxlength=maxlength
                autofocus=focus
                aria-describedby=described
                aria-invalid=invalid
            />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id.clone()>
                {label}
                {(!required)
                    .then(|| view! { <span class="optional">{texts.text("form-optional")}</span> })}
            </label>
            {control}
            <FieldNotes id hint problem />
        </div>
    }
}

/// A labelled choice among a few.
#[component]
pub fn Choice(
    #[prop(into)] form: String,
    name: &'static str,
    #[prop(into)] label: String,
    reply: FormReply,
    /// Value and text of each.
    options: Vec<(String, String)>,
    #[prop(optional, into)] initial: String,
) -> impl IntoView {
    let texts = use_texts();
    let id = field_id(&form, name);
    let chosen = reply.values.get(name).cloned().unwrap_or(initial);
    let problem = reply.problem(name).map(|message| texts.message(message));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id.clone()
                name=name
                required=true
                aria-describedby=described_by(&id, false, problem.is_some())
                aria-invalid=problem.is_some().then_some("true")
            >
                <Options options chosen />
            </select>
            <FieldNotes id hint=String::new() problem />
        </div>
    }
}

/// A labelled choice of a filter, which nothing can be wrong with.
#[component]
pub fn FilterChoice(
    #[prop(into)] id: String,
    name: &'static str,
    label: String,
    /// Value and text of each.
    options: Vec<(String, String)>,
    chosen: String,
    /// The choices say themselves what they are of: the label is heard, not seen.
    #[prop(optional)]
    plain: bool,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id.clone() class:unseen=plain>
                {label}
            </label>
            <select id=id name=name>
                <Options options chosen />
            </select>
        </div>
    }
}

#[component]
fn Options(options: Vec<(String, String)>, chosen: String) -> impl IntoView {
    options
        .into_iter()
        .map(|(value, text)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {text}
                </option>
            }
        })
        .collect_view()
}

#[component]
fn FieldNotes(id: String, hint: String, problem: Option<String>) -> impl IntoView {
    view! {
        {(!hint.is_empty())
            .then(|| {
                view! {
                    <p class="hint" id=format!("{id}-hint")>
                        {hint}
                    </p>
                }
            })}
        {problem
            .map(|problem| {
                view! {
                    <p class="problem" id=format!("{id}-problem")>
                        {problem}
                    </p>
                }
            })}
    }
}

/// A text as markup says it. What stands inside a `textarea` is the one text that is
/// not escaped for us.
fn as_text(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;")
}

fn field_id(form: &str, name: &str) -> String {
    format!("{}-{name}", form.replace(':', "-"))
}

fn described_by(id: &str, hint: bool, problem: bool) -> Option<String> {
    match (hint, problem) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-problem")),
        (true, true) => Some(format!("{id}-hint {id}-problem")),
    }
}
