//! The consent page of a sign-in: a plain form, so that a browser and a test can both use it.

use super::{escape, layout};
use crate::{
    server::Answer,
    state::{AccountKind, World},
};

/// Asks who it is and whether they agree. `login` is the person whom the application suggests.
pub(crate) fn consent(world: &World, key: &str, login: Option<&str>) -> Answer {
    let people: Vec<&str> = world
        .accounts
        .values()
        .filter(|account| account.kind == AccountKind::User)
        .map(|account| account.login.as_str())
        .collect();
    let chosen = login.filter(|login| people.contains(login)).or(people.first().copied());
    let choices: String = people
        .iter()
        .map(|person| {
            let checked = if Some(*person) == chosen { " checked" } else { "" };
            let name = escape(person);
            format!("<label><input type=\"radio\" name=\"login\" value=\"{name}\"{checked}> {name}</label>")
        })
        .collect();
    let app = escape(&world.app.name);
    let body = format!(
        "<h1>Authorize {app}</h1><p>{app} would like to know who you are and which of its installations you can see.</p>\
         <form method=\"post\" action=\"/login/oauth/authorize\"><input type=\"hidden\" name=\"key\" value=\"{}\">\
         <fieldset><legend>Sign in as</legend>{choices}</fieldset>\
         <p><button class=\"main\" name=\"decision\" value=\"authorize\">Authorize</button> \
         <button name=\"decision\" value=\"cancel\">Cancel</button></p></form>",
        escape(key)
    );
    Answer::html(200, layout(&format!("Authorize {app}"), &body))
}
