package import ManifestModel
package import StoredTree

/// What a look at one asset's folder found, as far as it is news.
package struct AssetChange: Sendable {
  package struct Manifest: Sendable {
    package var facts: ManifestFacts
    package var artifacts: [String]
    /// A sentence on what the file says beyond what the index holds.
    package var leftOut: String?

    package init(facts: ManifestFacts, artifacts: [String]) {
      self.facts = facts
      self.artifacts = artifacts
    }
  }

  package struct Run: Sendable {
    package var facts: RunFacts
    package var artifacts: [ArtifactFacts]
    /// A sentence on what the file says beyond what the index holds.
    package var leftOut: String?

    package init(facts: RunFacts, artifacts: [ArtifactFacts]) {
      self.facts = facts
      self.artifacts = artifacts
    }
  }

  package var asset: AssetIdentifier
  /// The folder's own revision, if the folder was listed.
  package var folder: SeenFile?
  /// All the run folders there are, if the folder was listed: a run that is not among them is gone.
  package var listedRuns: [String]?
  /// `nil`: as before.
  package var manifest: FileChange<Manifest>?
  /// The runs that were looked at, in the order of the bytes of their ids.
  package var runs: [(id: String, change: FileChange<Run>)] = []
  /// What is wrong now in the places that were looked at.
  package var problems: [ProblemScope] = []

  package init(_ asset: AssetIdentifier) {
    self.asset = asset
  }

  /// The runs whose rows it may change, apart from those that the index itself points at.
  package var concernedRuns: [String] {
    var ids = runs.map(\.id)
    if case .current(let manifest, _) = manifest, let last = manifest.facts.lastRunID { ids.append(last) }
    return ids
  }
}

extension AssetChange {
  /// About how many bytes of memory it takes.
  package var weight: Int {
    // What stands for a file without long texts, names and problems included.
    var bytes = 512 * (1 + runs.count) + 32 * (listedRuns?.count ?? 0)
    if case .current(let manifest, _) = manifest {
      bytes += manifest.facts.lastError?.utf8.count ?? 0
      bytes += manifest.artifacts.reduce(32 * manifest.artifacts.count) { $0 + $1.utf8.count }
    }
    for (_, change) in runs {
      guard case .current(let run, _) = change else { continue }
      bytes += (run.facts.error?.utf8.count ?? 0) + (run.facts.traceback?.utf8.count ?? 0)
      bytes += (run.facts.parameters?.utf8.count ?? 0) + (run.facts.assetPath?.utf8.count ?? 0)
      bytes += run.artifacts.reduce(0) { $0 + 128 + $1.path.utf8.count }
    }
    for scope in problems { bytes += 256 * scope.problems.count }
    return bytes
  }
}

extension IndexedAsset {
  /// Takes in what a look found, and derives the rest again.
  package mutating func apply(_ change: AssetChange) {
    if let folder = change.folder { self.folder = folder }
    switch change.manifest {
    case nil: break
    case .absent:
      manifestState = .absent
      manifest = .nothing
      facts = nil
      artifacts = []
    case .current(let new, let seen):
      manifestState = .current
      manifest = seen
      facts = new.facts
      artifacts = new.artifacts
    case .bad(let seen):
      manifestState = facts == nil ? .bad : .lastGood
      manifest = seen
    }
    if let listed = change.listedRuns { removeRuns(notIn: listed) }
    if runs.isEmpty { runs.reserveCapacity(change.runs.count) }
    for (id, run) in change.runs { apply(run, to: id) }
    derive()
  }

  /// Both lists are in the order of their bytes.
  private mutating func removeRuns(notIn listed: [String]) {
    var next = listed.startIndex
    runs.removeAll { run in
      while next < listed.endIndex, listed[next].precedesInBytes(run.id) { next += 1 }
      return next == listed.endIndex || !listed[next].hasSameBytes(as: run.id)
    }
  }

  private mutating func apply(_ change: FileChange<AssetChange.Run>, to id: String) {
    // Mostly they come in their order to an asset that has none yet.
    let isLast = runs.last.map { $0.id.precedesInBytes(id) } ?? true
    let place = isLast ? runs.count : runs.partitioningIndex { !$0.id.precedesInBytes(id) }
    let isKnown = place < runs.count && runs[place].id.hasSameBytes(as: id)
    let run: IndexedRun
    switch change {
    case .absent:
      run = IndexedRun(id: id, state: .absent, seen: .nothing, artifacts: [])
    case .current(let new, let seen):
      run = IndexedRun(id: id, state: .current, seen: seen, facts: new.facts, artifacts: new.artifacts)
    case .bad(let seen):
      guard isKnown else {
        runs.insert(IndexedRun(id: id, state: .bad, seen: seen, artifacts: []), at: place)
        return
      }
      runs[place].state = runs[place].facts == nil ? .bad : .lastGood
      runs[place].seen = seen
      return
    }
    if isKnown { runs[place] = run } else { runs.insert(run, at: place) }
  }
}
