/// Why the bytes of a manifest or of a run's metadata were refused.
package struct ManifestDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was wrong; the raw values are the kinds of problem that the catalog reports.
  package enum Kind: String, Sendable, CaseIterable {
    /// The bytes are not one JSON document as Python's `json` reads it.
    case invalidJSON = "invalid_json"
    /// The document is JSON, but no manifest that mad_prefect would load.
    case invalidManifest = "invalid_manifest"
    /// The document is JSON, but no run metadata that mad_prefect would load.
    case invalidRun = "invalid_run"
    /// The document nests deeper than the catalog reads.
    case tooLarge = "too_large"
  }

  /// What was wrong.
  package let kind: Kind
  /// One sentence for people: the field and what was expected there, or the line and byte where the JSON broke off.
  package let message: String

  /// Whether the file is damaged. Otherwise it is beyond a limit of the catalog, or of a class or version that it does
  /// not know, and another program may well load it: whoever writes leaves it alone.
  package let isDamage: Bool

  /// The message.
  package var description: String { message }

  /// An error from its parts.
  package init(_ kind: Kind, _ message: String, isDamage: Bool = true) {
    self.kind = kind
    self.message = message
    self.isDamage = isDamage
  }
}
