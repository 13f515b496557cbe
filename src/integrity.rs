//! Subresource integrity: checks that bytes are those expected. <https://www.w3.org/TR/SRI/>

/// A digest algorithm, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Algorithm {
    /// `sha256-…`
    Sha256,
    /// `sha384-…`
    Sha384,
    /// `sha512-…`
    Sha512,
}

impl Algorithm {
    /// As `WebCrypto` names it.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The digest of bytes that were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    algorithm: Algorithm,
    base64: String,
}

/// The accepted digests: those of the strongest algorithm given. Bytes have to match one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Integrity {
    algorithm: Algorithm,
    digests: Vec<String>,
}

impl Integrity {
    /// Reads integrity metadata: digests separated by white space, each with options after a `?`, which are ignored.
    /// None where one of them is invalid: in a page's markup it would be skipped, but a program should hear of its
    /// mistake.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digests: Vec<_> = text.split_ascii_whitespace().map(digest).collect::<Option<_>>()?;
        let algorithm = digests.iter().map(|&(algorithm, _)| algorithm).max()?;
        let digests = digests.into_iter().filter(|&(other, _)| other == algorithm);
        Some(Self { algorithm, digests: digests.map(|(_, digest)| digest.to_owned()).collect() })
    }

    /// The algorithm to digest the bytes with.
    #[must_use]
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The digest of bytes, in Base64 by `algorithm`, if it is one of those expected.
    #[must_use]
    pub(crate) fn verify(&self, base64: &str) -> Option<Digest> {
        let expected = self.digests.iter().find(|expected| *expected == base64)?;
        Some(Digest { algorithm: self.algorithm, base64: expected.clone() })
    }

    /// True where this digest is an accepted one. Digests of different algorithms cannot be compared.
    #[must_use]
    pub(crate) fn includes(&self, digest: &Digest) -> bool {
        self.algorithm == digest.algorithm && self.digests.contains(&digest.base64)
    }

    /// The expected digests, as an error names them.
    #[must_use]
    pub(crate) fn expected(&self) -> String {
        format!("{} {}", self.algorithm.name(), self.digests.join(" or "))
    }
}

fn digest(text: &str) -> Option<(Algorithm, &str)> {
    let (name, rest) = text.split_once('-')?;
    let algorithm = match name.to_ascii_lowercase().as_str() {
        "sha256" => Algorithm::Sha256,
        "sha384" => Algorithm::Sha384,
        "sha512" => Algorithm::Sha512,
        _ => return None,
    };
    let digest = rest.split('?').next()?;
    let is_base64 = digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let has_length = digest.len() == algorithm.digest_len().div_ceil(3) * 4;
    (is_base64 && has_length).then_some((algorithm, digest))
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Integrity};

    /// A digest of the right length that consists of one letter.
    fn digest(name: &str, letter: &str, len: usize) -> String {
        format!("{name}-{}", letter.repeat(len))
    }

    #[test]
    fn the_strongest_algorithm_decides() {
        let (weak, strong) = (digest("sha256", "a", 44), digest("sha512", "b", 88));
        for text in [format!("{weak} {strong}"), format!("{strong}\n\t{weak}?ct=text/plain")] {
            let integrity = Integrity::parse(&text);
            assert_eq!(integrity.as_ref().map(Integrity::algorithm), Some(Algorithm::Sha512));
            assert_eq!(integrity.as_ref().map(|integrity| integrity.verify(&"b".repeat(88)).is_some()), Some(true));
            assert_eq!(integrity.as_ref().map(|integrity| integrity.verify(&"a".repeat(44)).is_some()), Some(false));
        }
    }

    #[test]
    fn any_digest_of_the_strongest_will_do() {
        let text = format!("{} {}", digest("sha384", "a", 64), digest("SHA384", "b", 64));
        let integrity = Integrity::parse(&text);
        for (letter, matches) in [("a", true), ("b", true), ("c", false)] {
            let found = integrity.as_ref().map(|integrity| integrity.verify(&letter.repeat(64)).is_some());
            assert_eq!(found, Some(matches));
        }
    }

    #[test]
    fn a_digest_that_was_verified_counts_wherever_it_is_expected() {
        let (a, b) = (digest("sha384", "a", 64), digest("sha384", "b", 64));
        let verified = Integrity::parse(&a).and_then(|integrity| integrity.verify(&"a".repeat(64)));
        for (expected, includes) in [
            (a.clone(), true),
            (format!("{b} {a}"), true),
            (b, false),
            (digest("sha256", "a", 44), false),
            // The strongest decides, so the digest that was verified is not among those expected.
            (format!("{a} {}", digest("sha512", "a", 88)), false),
        ] {
            let found = Integrity::parse(&expected).zip(verified.clone()).map(|(it, digest)| it.includes(&digest));
            assert_eq!(found, Some(includes), "{expected}");
        }
    }

    #[test]
    fn mistakes_are_not_read_as_nothing_expected() {
        let table = [
            "",
            " ",
            "sha256",
            "sha256-",
            "md5-aaaa",
            &digest("sha256", "a", 43),
            &digest("sha256", "a", 45),
            &digest("sha256", "!", 44),
            &format!("{} oops", digest("sha256", "a", 44)),
        ];
        for text in table {
            assert_eq!(Integrity::parse(text), None, "{text:?}");
        }
    }
}
