internal import ManifestModel

extension Demand {
  /// What is demanded, as a person would say it: `at most 6h old, warning from 4h on`.
  package var words: String {
    if isIgnored { return "nothing" }
    var parts: [String] = []
    if let maxAge {
      let warning = warnAfter.map { ", warning from \(DurationText.text($0)) on" } ?? ""
      parts.append("at most \(DurationText.text(maxAge)) old\(warning)")
    }
    if let deadline {
      let lines = deadline.schedule.expressions.map(\.description).joined(separator: " and ")
      var text = "at each \(lines) (\(deadline.schedule.zone.name))"
      if deadline.window > 0 { text += ", counting from \(DurationText.text(deadline.window)) before" }
      if deadline.grace > 0 { text += ", at the latest \(DurationText.text(deadline.grace)) after" }
      if let warnBefore = deadline.warnBefore { text += ", warning \(DurationText.text(warnBefore)) before that" }
      if !deadline.schedule.exceptions.isEmpty {
        let count = deadline.schedule.exceptions.count
        text += ", except \(count == 1 ? "1 date" : "\(count) dates")"
      }
      parts.append(text)
    }
    if let pausedUntil { parts.append("paused until \(pausedUntil)") }
    if ids == .newest { parts.append("of the newest id") }
    switch never {
    case .fail: break
    case .wait: parts.append("a first one is waited for")
    case .ignore: parts.append("a first one is not demanded")
    }
    return parts.isEmpty ? "nothing" : parts.joined(separator: "; ")
  }
}

extension DurationText {
  /// A duration as people type it, such as `1d12h`; what is finer than a second as a fraction.
  package static func text(_ microseconds: Int64) -> String {
    var rest = microseconds.magnitude
    var text = microseconds < 0 ? "-" : ""
    for (size, name) in [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m")] as [(UInt64, String)] {
      if rest >= size { text += "\(rest / size)\(name)" }
      rest %= size
    }
    guard rest > 0 || text.isEmpty || text == "-" else { return text }
    var fraction = String(rest % 1_000_000 + 1_000_000).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return text + "\(rest / 1_000_000)\(fraction.isEmpty ? "" : ".\(fraction)")s"
  }
}
