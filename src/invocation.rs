//! One invocation: what was asked, what has come of it so far, and what it comes to. No JavaScript runs here.

use crate::error::{Error, Violation};
use crate::imports::Import;

/// How a call of the guest ended; `js/sys/guest.js` has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It returned 0.
    Failed,
    /// It returned anything else.
    Succeeded,
    /// It trapped, or threw.
    Threw,
}

impl From<u32> for Ended {
    fn from(status: u32) -> Self {
        match status {
            0 => Self::Failed,
            1 => Self::Succeeded,
            _ => Self::Threw,
        }
    }
}

/// Lengths in bytes of what is asked of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) op_len: u32,
    pub(crate) payload_len: u32,
}

/// What the last host call left behind, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Answer {
    #[default]
    None,
    Response(u32),
    Error(u32),
}

/// What an invocation came to, before its error is dressed with what JavaScript threw.
#[derive(Debug)]
pub(crate) enum Outcome<Text> {
    Responded,
    /// The guest answered with an error: its text.
    GuestError(Option<Text>),
    /// Succeeded, but said nothing.
    Silent,
    /// Trapped, with the text that it left before.
    Trapped(Option<Text>),
    /// Stopped by the host.
    Stopped(Box<Error>),
}

/// The state of one invocation. Made anew for each, so nothing of one is seen by the next.
#[derive(Debug)]
pub(crate) struct Invocation<Text> {
    /// None while a guest starts.
    request: Option<Request>,
    may_suspend: bool,
    responded: bool,
    error_text: Option<Text>,
    answer: Answer,
    /// Boxed: it is rare, and the rest is moved on every invocation.
    stopped: Option<Box<Error>>,
}

impl<Text> Invocation<Text> {
    /// One that begins: of `request`, or while a guest starts, which may call its host, but was asked nothing.
    pub(crate) fn new(request: Option<Request>, may_suspend: bool) -> Self {
        Self { request, may_suspend, responded: false, error_text: None, answer: Answer::None, stopped: None }
    }

    /// The same in the place of one that has ended. Made elsewhere and moved here it would be read in other widths than it was
    /// just written in, which processors wait for: 5% of a short invocation.
    #[inline(always)]
    pub(crate) fn renew(&mut self, request: Option<Request>, may_suspend: bool) {
        // By their names, so that none is forgotten.
        let Self { request: asked, may_suspend: may, responded, error_text, answer, stopped } = self;
        *asked = request;
        *may = may_suspend;
        *responded = false;
        *error_text = None;
        *answer = Answer::None;
        *stopped = None;
    }

    /// What was asked. WAPC_PROTOCOL while a guest starts.
    #[inline(always)]
    pub(crate) fn request(&self) -> Result<Request, Violation> {
        self.request.ok_or(Violation::NoRequest(Import::GuestRequest))
    }

    /// The guest has responded; a later response replaces this one.
    #[inline(always)]
    pub(crate) fn respond(&mut self) {
        self.responded = true;
    }

    /// The guest's error text; a later one replaces it.
    pub(crate) fn fail(&mut self, text: Text) {
        self.error_text = Some(text);
    }

    /// A host call begins. Cleared first: a failing call must not leave an earlier answer to be read.
    /// Returns whether the answer may be waited for.
    #[inline(always)]
    pub(crate) fn begin_host_call(&mut self) -> bool {
        self.answer = Answer::None;
        self.may_suspend
    }

    #[inline(always)]
    pub(crate) fn end_host_call(&mut self, answer: Answer) {
        self.answer = answer;
    }

    /// Whether it runs on a stack that can be suspended.
    pub(crate) fn may_suspend(&self) -> bool {
        self.may_suspend
    }

    /// Bytes of the last answer, 0 where there is none.
    pub(crate) fn host_response_len(&self) -> u32 {
        match self.answer {
            Answer::Response(len) => len,
            _ => 0,
        }
    }

    /// Bytes of the last host error, 0 where there is none.
    pub(crate) fn host_error_len(&self) -> u32 {
        match self.answer {
            Answer::Error(len) => len,
            _ => 0,
        }
    }

    /// Stops it. The first reason decides, whatever comes after.
    pub(crate) fn stop(&mut self, error: Error) {
        self.stopped.get_or_insert_with(|| Box::new(error));
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// What it comes to.
    pub(crate) fn finish(self, ended: Ended) -> Outcome<Text> {
        if let Some(error) = self.stopped {
            return Outcome::Stopped(error);
        }
        match ended {
            Ended::Threw => Outcome::Trapped(self.error_text),
            Ended::Succeeded if self.responded => Outcome::Responded,
            Ended::Succeeded if self.error_text.is_none() => Outcome::Silent,
            Ended::Failed | Ended::Succeeded => Outcome::GuestError(self.error_text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Ended, Invocation, Outcome, Request};
    use crate::error::{Error, Violation};

    const REQUEST: Request = Request { op_len: 3, payload_len: 5 };

    fn invocation() -> Invocation<&'static str> {
        Invocation::new(Some(REQUEST), true)
    }

    /// The outcome in a form that can be compared.
    fn told(outcome: &Outcome<&'static str>) -> String {
        match outcome {
            Outcome::Responded => "responded".to_owned(),
            Outcome::GuestError(text) => format!("guest error {text:?}"),
            Outcome::Silent => "silent".to_owned(),
            Outcome::Trapped(text) => format!("trapped {text:?}"),
            Outcome::Stopped(error) => format!("stopped {}", error.code()),
        }
    }

    #[test]
    fn every_way_to_end() {
        let closed = || Error::Closed("host");
        /// How it ended, whether it responded, its error text, why it was stopped; what comes of it.
        type Row = (Ended, bool, Option<&'static str>, Option<Error>, &'static str);
        let table: [Row; 10] = [
            (Ended::Succeeded, true, None, None, "responded"),
            (Ended::Succeeded, true, Some("e"), None, "responded"),
            (Ended::Succeeded, false, Some("e"), None, "guest error Some(\"e\")"),
            (Ended::Succeeded, false, None, None, "silent"),
            (Ended::Failed, true, None, None, "guest error None"),
            (Ended::Failed, false, Some(""), None, "guest error Some(\"\")"),
            (Ended::Threw, true, None, None, "trapped None"),
            (Ended::Threw, false, Some("panic"), None, "trapped Some(\"panic\")"),
            (Ended::Succeeded, true, None, Some(closed()), "stopped WAPC_CLOSED"),
            (Ended::Threw, false, Some("e"), Some(closed()), "stopped WAPC_CLOSED"),
        ];
        for (ended, responded, text, stopped, expected) in table {
            let mut invocation = invocation();
            if responded {
                invocation.respond();
            }
            if let Some(text) = text {
                invocation.fail(text);
            }
            if let Some(error) = stopped {
                invocation.stop(error);
            }
            assert_eq!(told(&invocation.finish(ended)), expected);
        }
    }

    #[test]
    fn nothing_of_one_is_seen_by_the_next() {
        let mut invocation = invocation();
        invocation.respond();
        invocation.fail("text");
        invocation.end_host_call(Answer::Response(1));
        invocation.stop(Error::Closed("host"));
        invocation.renew(None, false);
        assert_eq!(format!("{invocation:?}"), format!("{:?}", Invocation::<&str>::new(None, false)));
    }

    #[test]
    fn the_first_reason_to_stop_decides() {
        let mut invocation = invocation();
        invocation.stop(Error::Protocol(Violation::NoResponse));
        invocation.stop(Error::Closed("host"));
        assert!(invocation.is_stopped());
        let outcome = invocation.finish(Ended::Succeeded);
        assert_eq!(told(&outcome), "stopped WAPC_PROTOCOL");
    }

    #[test]
    fn an_answer_lasts_until_the_next_host_call() {
        let mut invocation = invocation();
        let lengths = |invocation: &Invocation<_>| (invocation.host_response_len(), invocation.host_error_len());
        assert_eq!(lengths(&invocation), (0, 0));
        for (answer, expected) in
            [(Answer::Response(7), (7, 0)), (Answer::Error(9), (0, 9)), (Answer::Response(0), (0, 0))]
        {
            assert!(invocation.begin_host_call());
            assert_eq!(lengths(&invocation), (0, 0));
            invocation.end_host_call(answer);
            assert_eq!(lengths(&invocation), expected);
        }
    }

    #[test]
    fn there_is_no_request_while_a_guest_starts() {
        assert_eq!(invocation().request(), Ok(REQUEST));
        assert!(Invocation::<&str>::new(None, false).request().is_err());
    }
}
