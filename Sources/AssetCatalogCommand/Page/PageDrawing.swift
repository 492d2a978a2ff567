import AssetCatalog
import ManifestModel

/// The small drawings of the page. Their sizes are attributes of SVG, for the page allows no style in an element.
extension ByteSink {
  /// The shape of a state, with its word for those who do not see it.
  mutating func appendMark(_ state: FreshnessState, isNamed: Bool) {
    append("<i class=\"m ")
    append(state.rawValue)
    guard isNamed else { return append("\" aria-hidden=\"true\"></i>") }
    append("\" role=\"img\" aria-label=\"")
    append(state.rawValue)
    append("\"></i>")
  }

  /// A strip of the last 14 runs: the height of a bar is the root of its duration, a cross failed, a diamond never came
  /// back, and what is dotted has not ended.
  mutating func appendStrip(_ runs: ArraySlice<MorningReport.Run>) {
    let last = runs.suffix(MorningReport.Run.mostShown)
    guard !last.isEmpty else { return append("<span class=\"no\">no runs</span>") }
    append("<svg class=\"s\" viewBox=\"0 0 112 18\" role=\"img\" aria-label=\"last ")
    if last.count == 1 {
      append("run: ")
    } else {
      append(Int64(last.count))
      append(" runs: ")
    }
    var isFirst = true
    for outcome in RunOutcome.allCases {
      let count = last.count { $0.outcome == outcome }
      guard count > 0 else { continue }
      if !isFirst { append(", ") }
      append(Int64(count))
      append(UInt8(ascii: " "))
      append(outcome.rawValue)
      isFirst = false
    }
    append("\">")
    let longest = last.lazy.compactMap(\.duration).max() ?? 0
    appendBars(last, "k", of: { $0 == .succeeded }) { sink, x, run in
      sink.append("M")
      sink.append(x + 3)
      sink.append(" 17v-")
      sink.append(Int64(Self.height(run.duration, longest)))
    }
    appendBars(last, "f", of: { $0 == .failed }) { sink, x, _ in
      sink.append("M")
      sink.append(x)
      sink.append(" 11l6 6m0-6l-6 6")
    }
    appendBars(last, "i", of: { $0 == .interrupted }) { sink, x, _ in
      sink.append("M")
      sink.append(x + 3)
      sink.append(" 10l3 3.5-3 3.5-3-3.5z")
    }
    appendBars(last, "r", of: { $0 == .running || $0 == .overrun }) { sink, x, _ in
      sink.append("M")
      sink.append(x)
      sink.append(".5 4.5h5v12h-5z")
    }
    append("</svg>")
  }

  /// One path of all runs of some kind, if there are any.
  private mutating func appendBars(
    _ last: ArraySlice<MorningReport.Run>, _ name: StaticString, of isMeant: (RunOutcome) -> Bool,
    _ draw: (inout ByteSink, Int64, MorningReport.Run) -> Void
  ) {
    var x = Int64(8 * (MorningReport.Run.mostShown - last.count))
    var isOpen = false
    for run in last {
      defer { x += 8 }
      guard isMeant(run.outcome) else { continue }
      if !isOpen {
        append("<path class=\"")
        append(name)
        append("\" d=\"")
        isOpen = true
      }
      draw(&self, x, run)
    }
    if isOpen { append("\"/>") }
  }

  private static func height(_ duration: Int64?, _ longest: Int64) -> Int {
    guard let duration, duration > 0, longest > 0 else { return 4 }
    return max(2, Int((14 * (Double(duration) / Double(longest)).squareRoot()).rounded()))
  }

  /// How much of its time an asset has used: a line at the limit, and what is beyond it after that.
  ///
  /// - Parameter share: age through the time that the materialization is good for.
  mutating func appendUse(_ share: Double) {
    let share = share.isFinite ? max(0, share) : 2
    append("<svg class=\"b\" viewBox=\"0 0 60 10\" aria-hidden=\"true\"><path class=\"g\" d=\"M0 5h44\"/>")
    append("<path class=\"u\" d=\"M0 5h")
    append(Int64((min(share, 1) * 44).rounded()))
    append("\"/>")
    if share > 1 {
      append("<path class=\"o\" d=\"M44 5h")
      append(share >= 2 ? 16 : Int64(((share - 1) * 16).rounded(.up)))
      append("\"/>")
    }
    append("<path class=\"l\" d=\"M44 0v10\"/></svg>")
  }

  /// One bar of a whole, divided by state.
  mutating func appendMix(_ counts: StateCounts) {
    let total = counts.total
    append("<svg class=\"mix\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
    // What is there at all is seen, however few it is.
    let present = FreshnessState.pageOrder.filter { counts[$0] > 0 }
    let room = 1000 - 6 * present.count
    var x = 0
    for (index, state) in present.enumerated() {
      let isLast = index + 1 == present.count
      let width = isLast ? 1000 - x : 6 + counts[state] * room / total
      append("<path class=\"\(state.rawValue)\" d=\"M\(x) 0h\(isLast ? width : max(width - 3, 3))v8H\(x)z\"/>")
      x += width
    }
    append("</svg>")
  }

  /// Counts of states as shapes with numbers; those without one are left out.
  mutating func appendBadges(_ counts: StateCounts) {
    append("<span class=\"bds\">")
    for state in FreshnessState.pageOrder where counts[state] > 0 {
      append("<span class=\"bd\">")
      appendMark(state, isNamed: true)
      append("\(HumanText.count(counts[state]))</span>")
    }
    append("</span>")
  }

  /// A moment in UTC, which the script turns into the reader's zone.
  mutating func appendTime(_ time: Timestamp, from now: Timestamp) {
    let time = min(max(time, .earliest), .latest)
    let whole = Timestamp(microseconds: time.microseconds - time.microseconds.remainder(of: 1_000_000))
    withUnsafeTemporaryAllocation(byteCount: 2 * Timestamp.longestText, alignment: 1) { room in
      let count = whole.write(to: room)
      let text = UnsafeRawBufferPointer(rebasing: room[..<count])
      let other = UnsafeMutableRawBufferPointer(rebasing: room[Timestamp.longestText...])
      _ = now.write(to: other)
      append("<time datetime=\"")
      append(text[...])
      append("\">")
      appendPageTime(text, isThisYear: text.prefix(4).elementsEqual(other.prefix(4)))
      append("</time>")
    }
  }

  /// `26 Nov 07:58Z` from `2026-11-26T07:58:00Z`, with the year where it is another one than now's.
  private mutating func appendPageTime(_ text: UnsafeRawBufferPointer, isThisYear: Bool) {
    guard text.count == 20 else { return append(text[...]) }
    func number(_ index: Int) -> Int { Int(text[index] & 15) * 10 + Int(text[index + 1] & 15) }
    append(Int64(number(8)))
    append(UInt8(ascii: " "))
    append(Self.months[max(0, min(11, number(5) - 1))])
    append(UInt8(ascii: " "))
    if !isThisYear {
      append(text[..<4])
      append(UInt8(ascii: " "))
    }
    append(text[11..<16])
    append(UInt8(ascii: "Z"))
  }

  private mutating func append(_ piece: Slice<UnsafeRawBufferPointer>) {
    append(UnsafeRawBufferPointer(rebasing: piece).assumingMemoryBound(to: UInt8.self))
  }

  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  mutating func appendPhrase(_ phrase: [MorningReport.Phrase], from now: Timestamp) {
    for part in phrase {
      switch part {
      case .text(let text): appendHTML(text)
      case .time(let time): appendTime(time, from: now)
      }
    }
  }
}

extension Int64 {
  /// The remainder that is never negative.
  fileprivate func remainder(of divisor: Int64) -> Int64 {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
