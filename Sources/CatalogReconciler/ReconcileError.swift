package import ManifestModel

/// Why a reconcile did not take place. Nothing was changed.
package struct ReconcileError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    /// There is no tree, or not the one that the index knows.
    case noSuchRoot
    /// The system has nothing to work with at the moment.
    case busy
  }

  package let code: Code
  package let message: String
  /// How a program can help with the way out.
  package let remedies: [Remedy]
  package var description: String { message }

  package init(_ code: Code, _ message: String, _ remedies: Remedy...) {
    self.code = code
    self.message = message
    self.remedies = remedies
  }
}
