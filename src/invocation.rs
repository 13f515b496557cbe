//! One invocation: its request, its state, and its outcome. No JavaScript runs here.

use std::cell::Cell;
use std::fmt;

use crate::constants::{CALL_FAILED, CALL_SUCCEEDED};
use crate::error::{Error, Violation};
use crate::protocol::Import;

/// How a call of the guest ended.
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
            CALL_FAILED => Self::Failed,
            CALL_SUCCEEDED => Self::Succeeded,
            _ => Self::Threw,
        }
    }
}

/// The lengths in bytes of a request's operation and payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) op_len: u32,
    pub(crate) payload_len: u32,
}

/// The answer of the last host call, as its length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Answer {
    #[default]
    None,
    Response(u32),
    Error(u32),
}

/// The outcome of an invocation, without the error that JavaScript threw.
#[derive(Debug)]
pub(crate) enum Outcome<Text> {
    Responded,
    /// The guest answered with an error: its text.
    GuestError(Option<Text>),
    /// The guest succeeded without a response.
    Silent,
    /// The guest trapped: the error text that it left before.
    Trapped(Option<Text>),
    /// Stopped by the host.
    Stopped(Box<Error>),
}

/// The running invocation of an instance. Each field is a cell of its own, and none is ever borrowed: a stack overflow
/// may unwind any frame, and its borrow would be held for ever.
pub(crate) struct Invocation<Text> {
    runs: Cell<bool>,
    /// None while a guest starts.
    request: Cell<Option<Request>>,
    may_suspend: Cell<bool>,
    has_text: Cell<bool>,
    error_text: Cell<Option<Text>>,
    answer: Cell<Answer>,
    is_stopped: Cell<bool>,
    /// The error that stopped it. Boxed: it is rare, and the rest is written on every invocation.
    stopped: Cell<Option<Box<Error>>>,
}

impl<Text> fmt::Debug for Invocation<Text> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Invocation").field("runs", &self.runs).finish_non_exhaustive()
    }
}

impl<Text> Invocation<Text> {
    /// No running invocation.
    pub(crate) const fn new() -> Self {
        Self {
            runs: Cell::new(false),
            request: Cell::new(None),
            may_suspend: Cell::new(false),
            has_text: Cell::new(false),
            error_text: Cell::new(None),
            answer: Cell::new(Answer::None),
            is_stopped: Cell::new(false),
            stopped: Cell::new(None),
        }
    }

    /// Begins an invocation: of `request`, or of none while a guest starts. Clears everything of the last one, even if
    /// that never ended.
    #[inline(always)]
    pub(crate) fn begin(&self, request: Option<Request>, may_suspend: bool) {
        // Destructured, so that no field is forgotten.
        let Self {
            runs,
            request: asked,
            may_suspend: may,
            answer,
            has_text: _,
            error_text: _,
            is_stopped: _,
            stopped: _,
        } = self;
        runs.set(true);
        asked.set(request);
        may.set(may_suspend);
        answer.set(Answer::None);
        self.forget();
    }

    /// Drops the error text and the reason to stop, of which there is rarely one.
    #[inline(always)]
    fn forget(&self) {
        if self.has_text.replace(false) {
            self.error_text.set(None);
        }
        if self.is_stopped.replace(false) {
            self.stopped.set(None);
        }
    }

    /// The request. WAPC_PROTOCOL while a guest starts.
    #[inline(always)]
    pub(crate) fn request(&self) -> Result<Request, Violation> {
        self.request.get().ok_or(Violation::NoRequest(Import::GuestRequest))
    }

    /// The guest's error text; a later one replaces it.
    pub(crate) fn fail(&self, text: Text) {
        self.has_text.set(true);
        self.error_text.set(Some(text));
    }

    /// A host call begins. Cleared first: a failing call must not leave an earlier answer to be read.
    /// Returns whether the answer may be waited for.
    #[inline(always)]
    pub(crate) fn begin_host_call(&self) -> bool {
        self.answer.set(Answer::None);
        self.may_suspend()
    }

    #[inline(always)]
    pub(crate) fn end_host_call(&self, answer: Answer) {
        self.answer.set(answer);
    }

    /// True where it runs on a stack that can be suspended.
    #[inline(always)]
    pub(crate) fn may_suspend(&self) -> bool {
        self.runs.get() && self.may_suspend.get()
    }

    /// Bytes of the last answer, 0 where there is none.
    #[inline(always)]
    pub(crate) fn host_response_len(&self) -> u32 {
        match self.answer.get() {
            Answer::Response(len) => len,
            _ => 0,
        }
    }

    /// Bytes of the last host error, 0 where there is none.
    #[inline(always)]
    pub(crate) fn host_error_len(&self) -> u32 {
        match self.answer.get() {
            Answer::Error(len) => len,
            _ => 0,
        }
    }

    /// Stops it, if it runs. The first error decides, whatever comes after.
    pub(crate) fn stop(&self, error: Error) {
        if self.runs.get() && !self.is_stopped.replace(true) {
            self.stopped.set(Some(Box::new(error)));
        }
    }

    /// True once it was stopped, and where none runs.
    #[inline(always)]
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.get() || !self.runs.get()
    }

    /// Ends it and returns its outcome; None where none runs. `responded`: the guest gave a response.
    pub(crate) fn end(&self, ended: Ended, responded: bool) -> Option<Outcome<Text>> {
        if !self.runs.replace(false) {
            return None;
        }
        let error_text = self.error_text.take();
        if let Some(error) = self.stopped.take() {
            return Some(Outcome::Stopped(error));
        }
        Some(match ended {
            Ended::Threw => Outcome::Trapped(error_text),
            Ended::Succeeded if responded => Outcome::Responded,
            Ended::Succeeded if error_text.is_none() => Outcome::Silent,
            Ended::Failed | Ended::Succeeded => Outcome::GuestError(error_text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Ended, Invocation, Outcome, Request};
    use crate::error::{Error, Violation};

    const REQUEST: Request = Request { op_len: 3, payload_len: 5 };

    fn invocation() -> Invocation<&'static str> {
        let invocation = Invocation::new();
        invocation.begin(Some(REQUEST), true);
        invocation
    }

    /// The outcome in a form that can be compared.
    fn told(outcome: Option<Outcome<&'static str>>) -> String {
        match outcome {
            None => "none ran".to_owned(),
            Some(Outcome::Responded) => "responded".to_owned(),
            Some(Outcome::GuestError(text)) => format!("guest error {text:?}"),
            Some(Outcome::Silent) => "silent".to_owned(),
            Some(Outcome::Trapped(text)) => format!("trapped {text:?}"),
            Some(Outcome::Stopped(error)) => format!("stopped {}", error.code()),
        }
    }

    #[test]
    fn every_way_to_end() {
        let closed = || Error::Closed("host");
        /// How it ended, whether it responded, its error text, why it was stopped; the outcome.
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
            let invocation = invocation();
            if let Some(text) = text {
                invocation.fail(text);
            }
            if let Some(error) = stopped {
                invocation.stop(error);
            }
            assert_eq!(told(invocation.end(ended, responded)), expected);
            assert_eq!(told(invocation.end(ended, responded)), "none ran", "it ends once");
        }
    }

    #[test]
    fn nothing_of_one_is_seen_by_the_next() {
        let invocation = invocation();
        invocation.fail("text");
        invocation.end_host_call(Answer::Response(1));
        invocation.stop(Error::Closed("host"));
        invocation.begin(None, false);
        assert_eq!(
            (invocation.host_response_len(), invocation.is_stopped(), invocation.may_suspend()),
            (0, false, false)
        );
        assert_eq!(told(invocation.end(Ended::Failed, false)), "guest error None");
    }

    #[test]
    fn where_none_runs_nothing_is_stopped_or_suspended() {
        let invocation = invocation();
        assert_eq!(told(invocation.end(Ended::Succeeded, true)), "responded");
        invocation.stop(Error::Closed("host"));
        assert!(invocation.is_stopped() && !invocation.may_suspend());
        invocation.begin(Some(REQUEST), true);
        assert!(!invocation.is_stopped() && invocation.may_suspend());
    }

    #[test]
    fn the_first_reason_to_stop_decides() {
        let invocation = invocation();
        invocation.stop(Error::Protocol(Violation::NoResponse));
        invocation.stop(Error::Closed("host"));
        assert!(invocation.is_stopped());
        assert_eq!(told(invocation.end(Ended::Succeeded, true)), "stopped WAPC_PROTOCOL");
    }

    #[test]
    fn an_answer_lasts_until_the_next_host_call() {
        let invocation = invocation();
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
        assert!(Invocation::<&str>::new().request().is_err());
    }
}
