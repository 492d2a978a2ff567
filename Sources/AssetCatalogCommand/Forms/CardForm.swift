/// One screen of facts: labels on the left, what there is to say on the right.
struct CardForm {
  /// The columns that a text takes at most: some lines of a screen. What is longer is cut, with an ellipsis.
  static let widestText = 2_000

  /// A heading with its lines.
  struct Section {
    var title: String
    var lines: [(label: String, text: String)]
  }

  func write(_ sections: [Section], to output: inout ByteSink) throws(OutputError) {
    let width = sections.flatMap(\.lines).map { DisplayWidth.of($0.label) }.max() ?? 0
    for (index, section) in sections.enumerated() {
      if index > 0 { output.append("\n") }
      output.append(HazardousText.visible(section.title))
      output.append("\n")
      for line in section.lines {
        output.append("  ")
        output.append(line.label)
        output.append(spaces: width - DisplayWidth.of(line.label) + 2)
        output.append(DisplayWidth.shortened(HazardousText.visible(line.text), to: Self.widestText))
        output.append("\n")
      }
    }
    try output.drain()
  }
}
