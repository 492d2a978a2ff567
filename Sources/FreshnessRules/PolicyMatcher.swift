package import ManifestModel

/// Finds what a policy says of each of many assets.
///
/// Patterns are found by the hashes of whole names and of what stands before their first wildcard, however many there
/// are. Assets that the same rules match share one ``AssetPolicy``, and assets of one demand share what was found out
/// about its ticks.
package struct PolicyMatcher: Sendable {
  package let policy: Policy
  /// What was found so far; ``index(of:artifacts:)`` says which is whose.
  package private(set) var policies: [AssetPolicy] = []

  private var known: [[Int]: Int] = [:]
  /// By the demand's rule; at the end that of the top.
  private var memos: [TickMemo?]
  private var last: (name: String, index: Int)?

  /// Rules by the hash of a name, and by the hash of the beginning before the first wildcard.
  private var literals: [UInt64: [Int]] = [:]
  private var prefixes: [UInt64: [Int]] = [:]
  /// The lengths of beginnings that there are, by the length.
  private var prefixLengths: [Bool] = [false]
  /// Rules for any name.
  private var others: [Int] = []
  /// The rules that may match a name, and those that do; kept, so that no memory is asked for with each name.
  private var candidates: [Int] = []
  private var matching: [Int] = []
  /// What each rule looks at, without all else that it holds.
  private let filters: [Filter]

  private final class Filter: Sendable {
    private let names: [GlobPattern]?
    private let ids: [GlobPattern]?
    private let artifacts: [GlobPattern]?

    init(_ rule: Policy.Rule) {
      names = rule.names
      ids = rule.ids
      artifacts = rule.artifacts
    }

    var looksAtArtifacts: Bool { artifacts != nil }
    var looksFurther: Bool { ids != nil || artifacts != nil }

    func matches(name: UnsafeBufferPointer<UInt8>, id: String) -> Bool {
      if let names, !names.indices.contains(where: { names[$0].matches(name) }) { return false }
      guard let ids else { return true }
      return ids.indices.contains { ids[$0].matches(id) }
    }

    func matches(path: String) -> Bool { artifacts?.contains { $0.matches(path) } ?? true }
  }

  package init(_ policy: Policy) {
    self.policy = policy
    memos = Array(repeating: nil, count: policy.rules.count + 1)
    filters = policy.rules.map { Filter($0) }
    for (index, rule) in policy.rules.enumerated() {
      guard let names = rule.names else {
        others.append(index)
        continue
      }
      for name in names { add(name, index) }
    }
  }

  private mutating func add(_ pattern: GlobPattern, _ index: Int) {
    let hash = pattern.lead.reduce(NameHash()) { $0.adding($1) }.value
    switch pattern.shape {
    case .literal: literals[hash, default: []].append(index)
    case .prefix, .general:
      prefixes[hash, default: []].append(index)
      let missing = pattern.lead.count + 1 - prefixLengths.count
      if missing > 0 { prefixLengths += Array(repeating: false, count: missing) }
      prefixLengths[pattern.lead.count] = true
    }
  }

  /// The place in ``policies`` of what is said of an asset.
  ///
  /// - Parameter artifacts: The paths that its manifest names; asked for only where a rule looks at them.
  package mutating func index(of asset: AssetIdentifier, artifacts: () -> [String] = { [] }) -> Int {
    if let last, last.name.hasSameBytes(as: asset.name) { return last.index }
    var name = asset.name
    name.withUTF8 { name in
      findCandidates(name)
      findMatching(name, asset.id, artifacts)
    }
    let index = known[matching] ?? remember(matching)
    // The next id of the name has the same, if no rule can tell them apart.
    last = candidates.contains { filters[$0].looksFurther } ? nil : (asset.name, index)
    return index
  }

  private mutating func findMatching(_ name: UnsafeBufferPointer<UInt8>, _ id: String, _ artifacts: () -> [String]) {
    matching.removeAll(keepingCapacity: true)
    var paths: [String]?
    for index in candidates {
      guard filters[index].matches(name: name, id: id) else { continue }
      if filters[index].looksAtArtifacts {
        let known = paths ?? artifacts()
        paths = known
        guard known.contains(where: { filters[index].matches(path: $0) }) else { continue }
      }
      matching.append(index)
    }
  }

  private mutating func remember(_ matching: [Int]) -> Int {
    known[matching] = policies.count
    policies.append(policy.resolved(matching))
    return policies.count - 1
  }

  /// Finds the rules that may match a name, in their order.
  private mutating func findCandidates(_ name: UnsafeBufferPointer<UInt8>) {
    candidates.removeAll(keepingCapacity: true)
    candidates += others
    var lists = others.isEmpty ? 0 : 1
    func add(_ found: [Int]?, to candidates: inout [Int]) {
      guard let found else { return }
      candidates += found
      lists += 1
    }
    var hash = NameHash()
    if prefixLengths[0] { add(prefixes[hash.value], to: &candidates) }
    for index in name.indices {
      hash = hash.adding(name[index])
      if index + 1 < prefixLengths.count, prefixLengths[index + 1] { add(prefixes[hash.value], to: &candidates) }
    }
    add(literals[hash.value], to: &candidates)
    // Each list is in order; a rule is twice in one if two of its patterns begin alike.
    if lists > 1 { candidates.sort() }
    var kept = 0
    for index in candidates.indices where kept == 0 || candidates[kept - 1] != candidates[index] {
      candidates[kept] = candidates[index]
      kept += 1
    }
    candidates.removeSubrange(kept...)
  }

  /// How an asset stands under one of the ``policies``, and the times that its materialization decides; none where
  /// nothing is demanded.
  package mutating func standing(
    under index: Int, lastMaterialized: Timestamp?, firstSeen: Timestamp? = nil, isSuperseded: Bool = false,
    now: Timestamp
  ) -> (standing: Standing, terms: Demand.Terms?) {
    withMemo(index) { demand, memo in
      let standing = demand.standing(
        lastMaterialized: lastMaterialized, firstSeen: firstSeen, isSuperseded: isSuperseded, now: now, &memo)
      let terms = standing.state == .ignored ? nil : lastMaterialized.map { demand.terms(of: $0, &memo) }
      return (standing, terms)
    }
  }

  private mutating func withMemo<Result>(_ index: Int, _ body: (Demand, inout TickMemo?) -> Result) -> Result {
    let demand = policies[index].demand
    let place = policies[index].demandRule ?? policy.rules.count
    if memos[place] == nil, let deadline = demand.deadline { memos[place] = TickMemo(deadline.schedule) }
    return body(demand, &memos[place])
  }
}

/// FNV-1a: names are no secret, and what it finds is compared again.
private struct NameHash {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325

  func adding(_ byte: UInt8) -> NameHash {
    NameHash(value: (value ^ UInt64(byte)) &* 0x100_0000_01B3)
  }
}
