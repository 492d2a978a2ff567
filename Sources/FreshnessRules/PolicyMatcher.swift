package import ManifestModel

/// Finds what a policy says of each of many assets.
///
/// Most patterns are whole names or beginnings of names; those are found by their hashes, however many there are. Assets
/// that the same rules match share one ``AssetPolicy``, and assets of one demand share what was found out about its ticks.
package struct PolicyMatcher: Sendable {
  package let policy: Policy
  /// What was found so far; ``index(of:artifacts:)`` says which is whose.
  package private(set) var policies: [AssetPolicy] = []

  private var known: [[Int]: Int] = [:]
  /// By the demand's rule; at the end that of the top.
  private var memos: [TickMemo?]
  private var last: (name: String, index: Int)?

  /// Rules by the hash of a name, and by the hash of a beginning.
  private var literals: [UInt64: [Int]] = [:]
  private var prefixes: [UInt64: [Int]] = [:]
  /// The lengths of beginnings that there are, by the length.
  private var prefixLengths: [Bool] = [false]
  /// Rules with other patterns, by the first byte of those; `others` may begin with any.
  private var general: [[Int]] = Array(repeating: [], count: 256)
  private var others: [Int] = []
  /// What each rule looks at, without all else that it holds.
  private let filters: [Filter]

  private struct Filter {
    let names: [GlobPattern]?
    let ids: [GlobPattern]?
    let artifacts: [GlobPattern]?

    var looksFurther: Bool { ids != nil || artifacts != nil }
  }

  package init(_ policy: Policy) {
    self.policy = policy
    memos = Array(repeating: nil, count: policy.rules.count + 1)
    filters = policy.rules.map { Filter(names: $0.names, ids: $0.ids, artifacts: $0.artifacts) }
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
    case .prefix:
      prefixes[hash, default: []].append(index)
      let missing = pattern.lead.count + 1 - prefixLengths.count
      if missing > 0 { prefixLengths += Array(repeating: false, count: missing) }
      prefixLengths[pattern.lead.count] = true
    case .general:
      if let first = pattern.lead.first { general[Int(first)].append(index) } else { others.append(index) }
    }
  }

  /// The place in ``policies`` of what is said of an asset.
  ///
  /// - Parameter artifacts: The paths that its manifest names; asked for only where a rule looks at them.
  package mutating func index(of asset: AssetIdentifier, artifacts: () -> [String] = { [] }) -> Int {
    if let last, last.name.hasSameBytes(as: asset.name) { return last.index }
    let candidates = candidates(asset.name)
    var paths: [String]?
    var name = asset.name
    let matching = name.withUTF8 { name in
      candidates.filter { index in
        if let names = filters[index].names, !names.contains(where: { $0.matches(name) }) { return false }
        if let ids = filters[index].ids, !ids.contains(where: { $0.matches(asset.id) }) { return false }
        guard let patterns = filters[index].artifacts else { return true }
        let known = paths ?? artifacts()
        paths = known
        return known.contains { path in patterns.contains { $0.matches(path) } }
      }
    }
    let index = known[matching] ?? remember(matching)
    // The next id of the name has the same, if no rule can tell them apart.
    last = candidates.contains { filters[$0].looksFurther } ? nil : (asset.name, index)
    return index
  }

  private mutating func remember(_ matching: [Int]) -> Int {
    known[matching] = policies.count
    policies.append(policy.resolved(matching))
    return policies.count - 1
  }

  /// The rules that may match a name, in their order.
  private func candidates(_ name: String) -> [Int] {
    var found = others
    var name = name
    name.withUTF8 { bytes in
      if let first = bytes.first { found += general[Int(first)] }
      var hash = NameHash()
      if prefixLengths[0] { found += prefixes[hash.value] ?? [] }
      for (index, byte) in bytes.enumerated() {
        hash = hash.adding(byte)
        if index + 1 < prefixLengths.count, prefixLengths[index + 1] { found += prefixes[hash.value] ?? [] }
      }
      found += literals[hash.value] ?? []
    }
    guard found.count > 1 else { return found }
    found.sort()
    var unique: [Int] = []
    for index in found where unique.last != index { unique.append(index) }
    return unique
  }

  /// How an asset stands under one of the ``policies``.
  package mutating func standing(
    under index: Int, lastMaterialized: Timestamp?, firstSeen: Timestamp? = nil, isSuperseded: Bool = false,
    now: Timestamp
  ) -> Standing {
    withMemo(index) { demand, memo in
      demand.standing(
        lastMaterialized: lastMaterialized, firstSeen: firstSeen, isSuperseded: isSuperseded, now: now, &memo)
    }
  }

  /// The times that a materialization decides under one of the ``policies``.
  package mutating func terms(under index: Int, of materialized: Timestamp) -> Demand.Terms {
    withMemo(index) { $0.terms(of: materialized, &$1) }
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
