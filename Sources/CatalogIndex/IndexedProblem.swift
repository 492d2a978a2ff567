package import ManifestModel

/// A problem as the index holds it.
package struct IndexedProblem: Hashable, Sendable {
  package var path: [UInt8]
  package var kind: ProblemKind
  package var message: String
  package var asset: AssetIdentifier?

  package init(path: [UInt8], kind: ProblemKind, message: String, asset: AssetIdentifier?) {
    self.path = path
    self.kind = kind
    self.message = message
    self.asset = asset
  }
}
