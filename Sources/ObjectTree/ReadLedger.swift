internal import ManifestModel
internal import ObjectStorage
internal import StoredTree

/// What the sessions of one publication have read of its asset: what is put on condition that it still is what was
/// read. Belongs to one thread at a time.
final class ReadLedger {
  /// The manifest as it was before the runs were listed, and the runs of that listing.
  struct Decision {
    /// `nil` where there was none.
    var manifest: Object?
    /// The bytes of their ids.
    var runs: Set<[UInt8]>
  }

  private var versions: [Revision: ObjectVersion] = [:]
  /// `nil` before it is read, and where it cannot be.
  private var manifest: Object??
  /// What a beginning is decided on that others must not take as well.
  private(set) var decision: Decision?

  func version(of revision: Revision) -> ObjectVersion? { versions[revision] }

  func note(_ facts: ObjectFacts) { versions[Revision(facts)] = facts.version }

  /// - Parameter object: `nil` where there is none.
  func note(_ file: TreeFile, _ object: Object?) {
    if let object { note(object.facts) }
    if file == .manifest { manifest = .some(object) }
  }

  func note(runs: some Sequence<String>) {
    guard decision == nil, let manifest else { return }
    decision = Decision(manifest: manifest, runs: Set(runs.map { Array($0.utf8) }))
  }
}
