import AssetCatalog

/// The policy of a question, and where it comes from.
struct PolicyInUse {
  /// The maximum age where nobody says otherwise.
  static let defaultMaxAge: Duration = .seconds(86400)

  /// What the library is asked with.
  var policy = FreshnessPolicy(maxAge: defaultMaxAge)
  /// The file as errors and answers name it; `nil` where there is none.
  var file: String?
}
