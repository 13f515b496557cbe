//! Reads objects of options that callers pass in. Errors name the option, what was expected and what came.

use js_sys::{Function, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::sys::{self, Fields};

/// Declares a struct of options: each field with the name that callers know it by, and the method of `Reader` that
/// takes it.
macro_rules! options {
    (
        $(#[$attribute:meta])*
        struct $type:ident { $($(#[$field_attribute:meta])* $field:ident: $of:ty = $name:literal => $take:ident($($argument:expr),*),)+ }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone)]
        pub(crate) struct $type { $($(#[$field_attribute])* pub(crate) $field: $of,)+ }

        impl $type {
            /// The names of the options.
            const NAMES: &[&str] = &[$($name),+];

            /// Takes each option out of what was read. WAPC_ARGUMENT, WAPC_UNSUPPORTED.
            fn of(options: &Reader) -> Result<Self, Error> {
                Ok(Self { $($field: options.$take($name, $($argument),*)?,)+ })
            }
        }
    };
}
pub(super) use options;

/// The fields of a caller's object, each to be taken by its type. All of them were read when this was made: no code of
/// the caller's runs later.
pub(super) struct Reader {
    what: &'static str,
    pub(super) fields: Fields,
}

impl Reader {
    /// Reads an object, which may have fields of these names and no others; `what` names it in errors. WAPC_ARGUMENT.
    pub(super) fn new(what: &'static str, object: &JsValue, names: &[&str]) -> Result<Self, Error> {
        Self::with_others(what, object, names, &[], "")
    }

    /// The same; the error of one of the `others`, which belong elsewhere, ends by saying where.
    pub(super) fn with_others(
        what: &'static str,
        object: &JsValue,
        names: &[&str],
        others: &[&str],
        elsewhere: &str,
    ) -> Result<Self, Error> {
        let fields = sys::try_read_fields(what, object, &names.join(","), &others.join(","), elsewhere);
        Ok(Self { what, fields: fields.map_err(Error::Thrown)? })
    }

    pub(super) fn get(&self, name: &str) -> JsValue {
        // Cannot fail: an object of our own.
        Reflect::get(&self.fields, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }

    /// The option as errors name it.
    fn path(&self, name: &str) -> String {
        if self.what == "options" { name.to_owned() } else { format!("{}.{name}", self.what) }
    }

    pub(super) fn function(&self, name: &str) -> Result<Option<Function>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        let function = value.dyn_into();
        function.map(Some).map_err(|value| Error::argument(self.path(name), "a function", &value))
    }

    /// A text, which stays in JavaScript.
    pub(super) fn text(&self, name: &str) -> Result<Option<JsString>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        value.dyn_into().map(Some).map_err(|value| Error::argument(self.path(name), "a string", &value))
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        value.as_bool().map(Some).ok_or_else(|| Error::argument(self.path(name), "true or false", &value))
    }

    /// A whole number from `least` to the highest u32.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // In the range of a u32, and whole.
    pub(super) fn whole(&self, name: &str, of: &str, least: u32) -> Result<Option<u32>, Error> {
        let value = self.get(name);
        if value.is_undefined() {
            return Ok(None);
        }
        match value.as_f64() {
            Some(number) if number.fract() == 0.0 && (f64::from(least)..=f64::from(u32::MAX)).contains(&number) => {
                Ok(Some(number as u32))
            }
            _ => {
                let expected = format!("a whole number of {of} from {least} to 4294967295");
                Err(Error::argument(self.path(name), &expected, &value))
            }
        }
    }

    /// A number from 0 on, or `Infinity`.
    pub(super) fn positive(&self, name: &str, of: &str) -> Result<Option<f64>, Error> {
        let value = self.get(name);
        match value.as_f64() {
            Some(number) if number >= 0.0 => Ok(Some(number)),
            _ if value.is_undefined() => Ok(None),
            _ => Err(Error::argument(self.path(name), &format!("{of}, a number from 0 on"), &value)),
        }
    }

    /// A time, rounded up to a whole millisecond. `Infinity` becomes the highest u32, 49 days.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Not negative, and `as` keeps to the range.
    pub(super) fn milliseconds(&self, name: &str) -> Result<Option<u32>, Error> {
        Ok(self.positive(name, "milliseconds")?.map(|time| time.ceil() as u32))
    }

    /// A finite number from 0 on. `Infinity` is no limit, as if nothing was given.
    pub(super) fn finite(&self, name: &str, of: &str) -> Result<Option<f64>, Error> {
        Ok(self.positive(name, of)?.filter(|number| number.is_finite()))
    }

    /// Any value, which JavaScript checks.
    #[allow(clippy::unnecessary_wraps)] // As the others.
    pub(super) fn any(&self, name: &str) -> Result<JsValue, Error> {
        Ok(self.get(name))
    }
}
