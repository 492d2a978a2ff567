import AssetCatalog
import ManifestModel

extension Column where Row == PolicyExplanation {
  static let explanations: [Column] =
    asset { $0.row.asset } + [
      Column("policy", nil) { .text($0.file) },
      Column("state", "STATE") { .text($0.row.state.rawValue) },
      Column("level", nil) { .text($0.row.level.rawValue) },
      Column("reason", nil) { .text($0.row.reason?.rawValue) },
      Column("last_materialized", nil) { .time($0.row.lastMaterialized) },
      Column("stale_since", nil) { .time($0.row.staleSince) },
      Column("fresh_until", nil) { .time($0.row.freshUntil) },
      Column("demand", "DEMAND") { .text($0.demand) },
      Column("keys", nil) { .records($0.keys.map(\.fields)) },
      Column("rules", nil) { .records($0.rules.map(\.fields)) },
      Column("ticks", nil) { .records($0.ticks.map(\.fields)) },
    ]
}

extension PolicyExplanation.Key {
  fileprivate var fields: [Cell.Field] {
    [
      Cell.Field("key", .text(key)), Cell.Field("value", .text(value)),
      Cell.Field("line", .integer(line.map(Int64.init))),
    ]
  }
}

extension PolicyExplanation.Rule {
  fileprivate var fields: [Cell.Field] {
    [
      Cell.Field("rule", .text(title)), Cell.Field("line", .integer(line.map(Int64.init))),
      Cell.Field("gives", .texts(gives)), Cell.Field("decides", decides.map { .flag($0) } ?? .null),
    ]
  }

  /// What became of it.
  fileprivate var words: String {
    switch decides {
    case true?: "the demand and what else it says first: \(gives.joined(separator: ", "))"
    case false? where gives.isEmpty: "nothing: a rule before it makes the demand"
    case false?: "\(gives.joined(separator: ", ")); a rule before it makes the demand"
    case nil: gives.isEmpty ? "nothing: rules before it say all that it says" : gives.joined(separator: ", ")
    }
  }
}

extension PolicyExplanation.Tick {
  fileprivate var fields: [Cell.Field] {
    [
      Cell.Field("tick", .time(tick)), Cell.Field("local", .text(local)), Cell.Field("opens", .time(opens)),
      Cell.Field("deadline", .time(deadline)), Cell.Field("met", isMet.map { .flag($0) } ?? .null),
    ]
  }

  fileprivate var words: String {
    let end =
      switch isMet {
      case true?: "met"
      case false?: "missed"
      case nil: "open"
      }
    return "\(HumanText.time(tick)), counts from \(HumanText.time(opens)) to \(HumanText.time(deadline)): \(end)"
  }
}

extension PolicyExplanation {
  /// One screen.
  var sections: [CardForm.Section] {
    func place(_ line: Int?) -> String {
      line.flatMap { line in file.map { "  \($0):\(line)" } } ?? "  by default"
    }
    let why = FreshnessSentence(row).text
    var sections = [
      CardForm.Section(
        title: "\(row.asset.name) \(row.asset.id)",
        lines: [
          ("state", row.state.rawValue + (why.isEmpty ? "" : ": \(why)")),
          ("last materialized", row.lastMaterialized.map { HumanText.time($0) } ?? "never, as far as is known"),
          ("demand", demand),
        ]),
      CardForm.Section(title: "Keys", lines: keys.map { ($0.key, $0.value + place($0.line)) }),
    ]
    if !rules.isEmpty {
      sections.append(
        CardForm.Section(
          title: "Rules that match, in their order", lines: rules.map { ($0.title, $0.words + place($0.line)) }))
    }
    if !ticks.isEmpty {
      sections.append(CardForm.Section(title: "Ticks", lines: ticks.map { ($0.local, $0.words) }))
    }
    return sections
  }
}
