internal import ManifestModel

/// The keys of a map in a policy file, all of them known.
package struct PolicyKeys {
  package static let demand = [
    "max_age", "warn_after", "cron", "timezone", "window", "grace", "warn_before", "except", "never", "ignore", "ids",
    "paused_until",
  ]
  package static let cascading = [
    "owner", "note", "runbook", "severity", "target", "max_failures", "success_rate", "max_duration", "run_timeout",
    "slow", "rows", "bytes", "schema", "retry",
  ]
  /// The keys at the top of the file, in the order in which complaints list them.
  static let top = ["version"] + demand + cascading + ["calendars", "rules"]
  /// The keys of a rule.
  static let rule = ["name", "id", "artifact", "title"] + demand + cascading

  let members: [PolicyTree.Member]
  /// Whether keys were left out: then what seems to be missing may be one of them, misspelled.
  let hasStrangers: Bool

  /// The keys of a map; strangers among them are complained about and left out. `nil` for what is no map.
  init?(_ tree: PolicyTree, _ keys: [String], _ owner: String, _ complaints: inout PolicyComplaints) {
    guard case .map(let members) = tree.content else {
      complaints.add(
        tree.offset, "\(owner) is \(tree.kind); write keys such as \(keys.prefix(3).joined(separator: ", "))")
      return nil
    }
    let known = members.filter { member in
      if keys.contains(where: { $0.utf8.elementsEqual(member.key.utf8) }) { return true }
      let nearest = NearestText.among(keys, to: member.key).map { "; did you mean '\($0)'?" } ?? "."
      complaints.add(
        member.offset,
        "\(quoted(member.key)) means nothing in \(owner)\(nearest) It may hold \(keys.joined(separator: ", "))")
      return false
    }
    self.members = known
    hasStrangers = known.count < members.count
  }

  subscript(key: String) -> PolicyTree? { members.first { $0.key == key }?.value }

  /// Where a key begins.
  func offset(of key: String) -> Int? { members.first { $0.key == key }?.offset }
}
