//! The line at the head of each page that says how far one has come.

/// One step.
pub(crate) struct Step {
    pub(crate) label: &'static str,
    pub(crate) state: State,
}

/// Where a step stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Done,
    Current,
    Ahead,
}

impl Step {
    pub(crate) fn is_current(&self) -> bool {
        self.state == State::Current
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }
}

/// Which step a page is.
#[derive(Clone, Copy)]
pub(crate) enum At {
    Choose,
    Create,
    Credentials,
    Checks,
}

/// All steps, as seen from one.
pub(crate) fn steps(at: At) -> Vec<Step> {
    ["Choose", "Create the App", "Credentials", "Checks"]
        .into_iter()
        .enumerate()
        .map(|(number, label)| {
            let state = match number.cmp(&(at as usize)) {
                std::cmp::Ordering::Less => State::Done,
                std::cmp::Ordering::Equal => State::Current,
                std::cmp::Ordering::Greater => State::Ahead,
            };
            Step { label, state }
        })
        .collect()
}
