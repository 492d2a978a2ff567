/// Why a request to a bucket has no answer. The sentence names the bucket and what to do, and never a secret.
package struct ObjectError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is, for those who act on it.
  package enum Code: Sendable {
    /// The store knows who asks, and refuses this. No sign that anything is missing.
    case denied
    /// The store does not take the caller for who he says he is: a wrong key, a session that has ended, a wrong clock.
    /// So it will refuse everything.
    case unknownCaller
    /// No credentials were found anywhere, or a source of them gives none.
    case noCredentials
    /// The store answers, and has no such bucket.
    case noSuchBucket
    /// No answer, or one that says that there is none now: worth another try later.
    case unavailable
    /// The certificate of the store is not trusted.
    case untrusted
    /// An answer that no S3 store gives: nothing may be concluded from it.
    case malformed
    /// The object is no longer the one that was asked for.
    case changed
    /// The store or this system cannot do it.
    case unsupported
    /// Settings contradict each other, or make no sense.
    case misconfigured
    /// The program was told to stop.
    case interrupted
  }

  package var code: Code
  /// One sentence.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
