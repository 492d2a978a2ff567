internal import ManifestModel

/// Reads a policy file, in JSON where its first character that is no space is `{`, else in YAML.
///
/// It is read strictly, since a misspelled key would silence an alarm, and to its end, so that all faults are told at
/// once.
package struct PolicyReader {
  /// Nobody writes more by hand.
  package static let mostBytes = 1 << 20
  package static let mostRules = 30_000

  let lines: LineTable
  let zones: TimeZoneFolder
  var complaints = PolicyComplaints()
  var policy = Policy()
  private var knownZones: [String: TimeZoneFile] = [:]

  /// The policy that the bytes of a file describe.
  package static func read(_ bytes: [UInt8], zones: TimeZoneFolder) throws(PolicyFaults) -> Policy {
    let lines = LineTable(bytes)
    let start = PlacedJSON.Place(line: 1, column: 1)
    func refusal(_ message: String, _ place: PlacedJSON.Place) -> PolicyFaults {
      PolicyFaults(faults: [.init(place: place, message: message)], more: 0)
    }
    guard bytes.count <= mostBytes else { throw refusal("the file is larger than 1 MiB; shorten it", start) }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw refusal("the text is not UTF-8; save the file as UTF-8", start)
    }
    var reader = PolicyReader(lines: lines, zones: zones)
    if bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
      do {
        reader.document(try PolicyTree(try PlacedJSON.parse(bytes)))
      } catch {
        throw PolicyFaults(faults: [error], more: 0)
      }
    } else {
      let (tree, complaints) = YAMLReader.read(bytes)
      reader.complaints = complaints
      if let tree { reader.document(tree) }
    }
    guard reader.complaints.isEmpty else { throw reader.complaints.faults(lines) }
    return reader.policy
  }

  private init(lines: LineTable, zones: TimeZoneFolder) {
    self.lines = lines
    self.zones = zones
  }

  mutating func complain(_ offset: Int, _ message: String) {
    complaints.add(offset, message)
  }

  /// The zone of a name; a wrong name is said once for each place.
  mutating func zone(_ name: String, at offset: Int) -> TimeZoneFile? {
    if let zone = knownZones[name] { return zone }
    do {
      let zone = try zones.zone(name)
      knownZones[name] = zone
      return zone
    } catch {
      complain(offset, error.message)
      return nil
    }
  }

  private mutating func document(_ tree: PolicyTree) {
    guard let top = PolicyKeys(tree, PolicyKeys.top, "the policy", &complaints) else { return }
    if let version = top["version"], text(version, "version", "1") != nil, case .text(let text) = version.content,
      text != "1"
    {
      let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
      complain(
        version.offset,
        isNumber
          ? "a newer program wrote this file, of version \(quoted(text)); update this program, or write version: 1"
          : "\(quoted(text)) is no version; write version: 1")
    }
    if let zone = top["timezone"], let name = text(zone, "timezone", "Europe/London") {
      policy.timezone = self.zone(name, at: zone.offset) ?? .utc
    }
    if let calendars = top["calendars"] { readCalendars(calendars) }
    policy.top = part(top, isTop: true)
    guard let rules = top["rules"] else { return }
    guard case .list(let elements) = rules.content else {
      return complain(rules.offset, "'rules' is \(rules.kind); write a list of rules, each beginning with - name:")
    }
    guard elements.count <= Self.mostRules else {
      return complain(rules.offset, "there are more than 30,000 rules; join some of them by patterns")
    }
    policy.rules = elements.compactMap { rule($0) }
  }

  private mutating func rule(_ tree: PolicyTree) -> Policy.Rule? {
    guard let keys = PolicyKeys(tree, PolicyKeys.rule, "a rule", &complaints) else { return nil }
    let names = patterns(keys, "name")
    let ids = patterns(keys, "id")
    let artifacts = patterns(keys, "artifact")
    if keys["name"] == nil, keys["id"] == nil, keys["artifact"] == nil, !keys.hasStrangers {
      complain(
        tree.offset, "the rule has no 'name', 'id' or 'artifact', so it is for nothing; add one, as in name: \"gold.*\""
      )
    }
    if !keys.hasStrangers, !keys.members.contains(where: { !["name", "id", "artifact", "title"].contains($0.key) }) {
      complain(tree.offset, "the rule says nothing of its assets; add what is demanded, as in max_age: 6h, or an owner")
    }
    let title = keys["title"].flatMap { text($0, "title", "Morning reports", most: 60) }
    let shown = [names, ids, artifacts].compactMap { $0 }.map { $0.map(\.text).joined(separator: ", ") }
    return Policy.Rule(
      names: names, ids: ids, artifacts: artifacts, title: title ?? shown.joined(separator: " / "),
      place: lines.place(tree.offset), part: part(keys, isTop: false))
  }

  private mutating func patterns(_ keys: PolicyKeys, _ key: String) -> [GlobPattern]? {
    guard let tree = keys[key] else { return nil }
    var patterns: [GlobPattern] = []
    for (text, offset) in texts(tree, key, "a pattern such as \"gold.*\"") {
      do {
        patterns.append(try GlobPattern(text))
      } catch {
        complain(offset, "'\(key)' is no pattern: \(error.message)")
      }
    }
    return patterns
  }

  /// What top and rules have in common.
  private mutating func part(_ keys: PolicyKeys, isTop: Bool) -> Policy.Part {
    var part = Policy.Part()
    for member in keys.members { part.places[member.key] = lines.place(member.offset) }
    part.demand = demand(keys, isTop: isTop)
    part.labels.owner = setting(keys["owner"]) { $0.text($1, "owner", "data-platform", most: 100) }
    part.labels.note = setting(keys["note"]) { $0.text($1, "note", "Closed in November.", most: 500) }
    part.labels.runbook = setting(keys["runbook"]) { $0.address($1, "runbook") }
    part.labels.severity = setting(keys["severity"]) { $0.word($1, "severity", FreshnessSeverity.self) }
    part.labels.target = setting(keys["target"]) { $0.percentage($1, "target", "99.5%", most: 1_000_000) }
    part.checks = checks(keys)
    part.retry = setting(keys["retry"]) { $0.retry($1) }
    return part
  }

  /// What a key says that `null` takes away; `nil` where it is missing.
  mutating func setting<Value>(
    _ tree: PolicyTree?, _ read: (inout PolicyReader, PolicyTree) -> Value?
  ) -> Policy.Setting<Value> {
    guard let tree else { return .inherited }
    if case .null = tree.content { return .removed }
    return read(&self, tree).map { .value($0) } ?? .inherited
  }

  private mutating func readCalendars(_ tree: PolicyTree) {
    guard case .map(let members) = tree.content else {
      return complain(tree.offset, "'calendars' is \(tree.kind); write names with dates, as in bank: [2026-12-25]")
    }
    for member in members {
      guard case .list(let elements) = member.value.content, !elements.isEmpty else {
        complain(
          member.value.offset,
          "the calendar \(quoted(member.key)) is \(member.value.kind); write a list of dates, as in [2026-12-25]")
        continue
      }
      if PolicyReader.day(member.key) != nil {
        complain(member.offset, "a date cannot be the name of a calendar; write a word")
      }
      var days: Set<Int64> = []
      for element in elements {
        guard case .text(let text) = element.content, let day = Self.day(text) else {
          complain(element.offset, "\(described(element)) is no date; write one such as 2026-12-25")
          continue
        }
        days.insert(day)
      }
      policy.calendars[member.key] = days
      policy.calendarPlaces[member.key] = lines.place(member.offset)
    }
  }
}
