import AssetCatalog
import ManifestModel

/// The small drawings of the page. Their sizes are attributes of SVG, for the page allows no style in an element.
extension ByteSink {
  /// The shape of a state, with its word for those who do not see it.
  mutating func appendMark(_ state: FreshnessState, isNamed: Bool) {
    append("<i class=\"m \(state.rawValue)\"")
    append(isNamed ? " role=\"img\" aria-label=\"\(state.rawValue)\"></i>" : " aria-hidden=\"true\"></i>")
  }

  /// A strip of the last 14 runs: the height of a bar is the root of its duration, a cross failed, a diamond never came
  /// back, and what is dotted has not ended.
  mutating func appendStrip(_ runs: [MorningReport.Run]) {
    let last = runs.suffix(14)
    guard !last.isEmpty else { return append("<span class=\"no\">no runs</span>") }
    append(
      "<svg class=\"s\" viewBox=\"0 0 112 18\" role=\"img\" aria-label=\"last \(last.count == 1 ? "run" : "\(last.count) runs"): "
    )
    var isFirst = true
    for outcome in RunOutcome.allCases {
      let count = last.count { $0.outcome == outcome }
      guard count > 0 else { continue }
      append("\(isFirst ? "" : ", ")\(count) \(outcome.rawValue)")
      isFirst = false
    }
    append("\">")
    let longest = last.lazy.compactMap(\.duration).max() ?? 0
    let first = 14 - last.count
    func path(_ name: StaticString, _ outcomes: Set<RunOutcome>, _ draw: (Int, MorningReport.Run) -> String) {
      var text = ""
      for (slot, run) in last.enumerated() where outcomes.contains(run.outcome) {
        text += draw(8 * (first + slot), run)
      }
      guard !text.isEmpty else { return }
      append("<path class=\"")
      append(name)
      append("\" d=\"\(text)\"/>")
    }
    path("k", [.succeeded]) { "M\($0 + 3) 17v-\(Self.height($1.duration, longest))" }
    path("f", [.failed]) { x, _ in "M\(x) 11l6 6m0-6l-6 6" }
    path("i", [.interrupted]) { x, _ in "M\(x + 3) 10l3 3.5-3 3.5-3-3.5z" }
    path("r", [.running, .overrun]) { x, _ in "M\(x).5 4.5h5v12h-5z" }
    append("</svg>")
  }

  private static func height(_ duration: Int64?, _ longest: Int64) -> Int {
    guard let duration, duration > 0, longest > 0 else { return 4 }
    return max(2, Int((14 * (Double(duration) / Double(longest)).squareRoot()).rounded()))
  }

  /// How much of its time an asset has used: a line at the limit, and what is beyond it behind that.
  ///
  /// - Parameter share: age through the time that the materialization is good for.
  mutating func appendUse(_ share: Double) {
    let share = share.isFinite ? max(0, share) : 2
    append("<svg class=\"b\" viewBox=\"0 0 60 10\" aria-hidden=\"true\"><path class=\"g\" d=\"M0 5h44\"/>")
    append("<path class=\"u\" d=\"M0 5h\(Int((min(share, 1) * 44).rounded()))\"/>")
    if share > 1 { append("<path class=\"o\" d=\"M44 5h\(min(16, Int(((share - 1) * 16).rounded(.up))))\"/>") }
    append("<path class=\"l\" d=\"M44 0v10\"/></svg>")
  }

  /// One bar of a whole, divided by state.
  mutating func appendMix(_ counts: [FreshnessState: Int]) {
    let total = counts.values.reduce(0, +)
    append("<svg class=\"mix\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
    // What is there at all is seen, however few it is.
    let present = FreshnessState.pageOrder.filter { counts[$0] ?? 0 > 0 }
    let room = 1000 - 6 * present.count
    var x = 0
    for (index, state) in present.enumerated() {
      let isLast = index + 1 == present.count
      let width = isLast ? 1000 - x : 6 + counts[state]! * room / total
      append("<path class=\"\(state.rawValue)\" d=\"M\(x) 0h\(isLast ? width : max(width - 3, 3))v8H\(x)z\"/>")
      x += width
    }
    append("</svg>")
  }

  /// Counts of states as shapes with numbers; those without one are left out.
  mutating func appendBadges(_ counts: [FreshnessState: Int]) {
    append("<span class=\"bds\">")
    for state in FreshnessState.pageOrder where counts[state] ?? 0 > 0 {
      append("<span class=\"bd\">")
      appendMark(state, isNamed: true)
      append("\(counts[state]!)</span>")
    }
    append("</span>")
  }

  /// A moment in UTC, which the script turns into the reader's zone.
  mutating func appendTime(_ time: Timestamp, from now: Timestamp) {
    let time = min(max(time, .earliest), .latest)
    let text = Timestamp(microseconds: time.microseconds - time.microseconds.remainder(of: 1_000_000)).description
    append(
      "<time datetime=\"\(text)\">\(PageTime.words(text, isThisYear: text.prefix(4) == now.description.prefix(4)))</time>"
    )
  }

  mutating func appendPhrase(_ phrase: [MorningReport.Phrase], from now: Timestamp) {
    for part in phrase {
      switch part {
      case .text(let text): appendHTML(text)
      case .time(let time): appendTime(time, from: now)
      }
    }
  }
}

/// How the page spells moments where no script runs.
enum PageTime {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `26 Nov 07:58Z` from `2026-11-26T07:58:00Z`, with the year where it is another one than now's.
  static func words(_ text: String, isThisYear: Bool) -> String {
    let bytes = Array(text.utf8)
    guard bytes.count == 20 else { return text }
    func piece(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    let month = months[max(0, min(11, (Int(piece(5..<7)) ?? 1) - 1))]
    return "\(Int(piece(8..<10)) ?? 0) \(month) \(isThisYear ? "" : piece(0..<4) + " ")\(piece(11..<16))Z"
  }
}

extension Int64 {
  /// The remainder that is never negative.
  fileprivate func remainder(of divisor: Int64) -> Int64 {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
