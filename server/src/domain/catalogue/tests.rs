use super::*;
use serde_json::json;

fn api(change: impl FnOnce(&mut Api)) -> Api {
    let mut api = Catalogue::default()
        .by_name("searchMemory")
        .unwrap()
        .clone();
    change(&mut api);
    api
}

#[test]
fn the_default_catalogue_is_the_seed() {
    let catalogue = Catalogue::default();
    let table: Vec<_> = catalogue
        .iter()
        .map(|api| {
            let input = api
                .input
                .as_ref()
                .map(|input| (input.max_tokens, input.fields[0].to_string()));
            let output = api.output.as_ref().map(|output| {
                (
                    output.most,
                    output.request_field.to_string(),
                    output.response_list.to_string(),
                )
            });
            (
                api.name.as_str(),
                api.path.as_str(),
                api.free_calls,
                input,
                output,
            )
        })
        .collect();
    assert_eq!(
        table,
        [
            (
                "addMessage",
                "/add/message",
                5_000,
                Some((4_000, "messages[].content".into())),
                None
            ),
            (
                "searchMemory",
                "/search/memory",
                1_000,
                Some((4_000, "query".into())),
                Some((
                    10,
                    "memory_limit_number".into(),
                    "data.memory_detail_list".into()
                )),
            ),
            (
                "getMessage",
                "/get/message",
                5_000,
                None,
                Some((
                    50,
                    "message_limit_number".into(),
                    "data.message_detail_list".into()
                )),
            ),
        ]
    );
    assert_eq!(
        Catalogue::new(catalogue.apis.clone()),
        Ok(catalogue),
        "and makes sense"
    );
}

#[test]
fn an_api_is_found_by_path_and_by_name() {
    let catalogue = Catalogue::default();
    assert_eq!(
        catalogue.by_path("/get/message").unwrap().name,
        "getMessage"
    );
    assert_eq!(
        catalogue.by_name("addMessage").unwrap().path,
        "/add/message"
    );
    assert_eq!(catalogue.by_path("/get/message/"), None);
    assert_eq!(catalogue.by_name("addmessage"), None);
}

#[test]
fn a_catalogue_without_an_api_is_refused() {
    assert_eq!(Catalogue::new(vec![]), Err(CatalogueError::Empty));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    type Change = fn(&mut Api);
    let table: [(Change, ApiField); 17] = [
        (|api| api.free_calls = -1, ApiField::FreeCalls),
        (|api| api.name = String::new(), ApiField::Name),
        (|api| api.name = "a b".into(), ApiField::Name),
        (|api| api.name = "addMessage".into(), ApiField::Name),
        (|api| api.path = "/add/message".into(), ApiField::Path),
        (|api| api.title.zh = " ".into(), ApiField::Title),
        (
            |api| api.input.as_mut().unwrap().max_tokens = 0,
            ApiField::Input,
        ),
        (
            |api| api.input.as_mut().unwrap().fields.clear(),
            ApiField::Input,
        ),
        (
            |api| api.output.as_mut().unwrap().most = 0,
            ApiField::Output,
        ),
        (
            |api| api.output.as_mut().unwrap().noun.clear(),
            ApiField::Output,
        ),
        (
            |api| api.output.as_mut().unwrap().response_list = "data[].list".parse().unwrap(),
            ApiField::Output,
        ),
        (
            |api| api.output.as_mut().unwrap().request_field = "a[].b".parse().unwrap(),
            ApiField::Output,
        ),
        (|api| api.stream = true, ApiField::Stream),
        (
            |api| api.end_user = "users[]".parse().unwrap(),
            ApiField::EndUser,
        ),
        (|api| api.required[0].name.clear(), ApiField::Required),
        (
            |api| api.required[0].name = "query".into(),
            ApiField::Required,
        ),
        (|api| api.failure_data = json!(null), ApiField::FailureData),
    ];
    let first = Catalogue::default().by_name("addMessage").unwrap().clone();
    for (change, expected) in table {
        let error = Catalogue::new(vec![first.clone(), api(change)]).unwrap_err();
        let CatalogueError::Api { index, field, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((*index, *field), (1, expected), "{error}");
    }
}

#[test]
fn a_path_is_plain_segments_below_the_base() {
    for path in ["/a", "/add/message", "/v2/~x/y_z.json"] {
        assert!(
            Catalogue::new(vec![api(|api| api.path = path.into())]).is_ok(),
            "{path}"
        );
    }
    let long = format!("/{}", "a".repeat(LONGEST_PATH));
    for path in [
        "", "/", "add", "/a/", "//a", "/a//b", "/a/../b", "/a?b", "/ä", "/a b", &long,
    ] {
        let error = Catalogue::new(vec![api(|api| api.path = path.into())]).unwrap_err();
        assert!(
            error.to_string().contains("must start with `/`"),
            "{path}: {error}"
        );
    }
}

#[test]
fn the_sentence_names_both_apis_of_a_double_path() {
    let apis = vec![api(|_| ()), api(|api| api.name = "again".into())];
    assert_eq!(
        Catalogue::new(apis).unwrap_err().to_string(),
        "API `again`: the API `searchMemory` has the path `/search/memory` already"
    );
}
