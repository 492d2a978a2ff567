import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("A table")
struct TableFormTests {
  let rows: [[Cell]] = [
    [.text("bronze.orders"), .span(90_061_000_000), .text(nil)],
    [.text("näme-中"), .span(-5_000_000), .text("TimeoutError: 30 s")],
    [.text("👨‍👩‍👧 e\u{301}"), .null, .text("")],
  ]
  let columns: [(key: String, title: String?)] = [("asset_name", "NAME"), ("age_seconds", "AGE"), ("error", "ERROR")]

  @Test("aligns wide, combining and emoji characters by the columns they take")
  func alignment() throws {
    let report = sampleReport(columns, rows, notes: ["3 assets."], rightAligned: [1])
    let table = try text { sink in try TableForm().write(report, to: &sink) }
    #expect(
      table == """
        NAME             AGE  ERROR
        bronze.orders  1d 1h  -
        näme-中        in 5s  TimeoutError: 30 s
        👨‍👩‍👧 e\u{301}               -

        3 assets.

        """)
  }

  @Test("colours the first word of a state, and nothing that takes a column")
  func stateColours() throws {
    let columns: [(key: String, title: String?)] = [("asset_name", "NAME"), ("state", "STATE"), ("error", "ERROR")]
    let rows: [[Cell]] = [
      [.text("stale"), .text("stale", isLastGood: true), .text("error")], [.text("b"), .text("fresh"), .null],
      [.text("c"), .text("odd"), .text("failed")],
    ]
    func table(_ isColoured: Bool) throws -> String {
      try text { sink in try TableForm(isColoured: isColoured).write(sampleReport(columns, rows), to: &sink) }
    }
    #expect(
      try table(true) == """
        NAME   STATE              ERROR
        stale  \u{1B}[31mstale\u{1B}[0m (last good)  error
        b      \u{1B}[32mfresh\u{1B}[0m              -
        c      odd                failed

        """)
    #expect(try table(true).withoutTerminalSequences == table(false))
  }

  /// What a command writes to a terminal.
  private static func onTerminal(
    _ scratch: CommandScratch, _ words: String, _ environment: String = ""
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/script")
    let program = "env -u NO_COLOR TERM=xterm \(environment) '\(try CommandScratch.program())'"
    process.arguments = ["-qec", "\(program) \(words) --root '\(scratch.root.path)'", "/dev/null"]
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  @Test("is coloured on a terminal alone, and not on a dumb one or under NO_COLOR")
  func terminal() throws {
    let scratch = try CommandScratch(.copy)
    func isColoured(_ environment: String) throws -> Bool {
      let text = try Self.onTerminal(scratch, "freshness --no-reconcile", environment)
      try #require(text.contains("STATE"), "\(text)")
      return text.contains("\u{1B}[")
    }
    _ = try scratch.run(["reconcile", "--root", scratch.root.path])
    #expect(try isColoured(""))
    #expect(try isColoured("NO_COLOR="))
    #expect(try !isColoured("NO_COLOR=1"))
    #expect(try !isColoured("TERM=dumb"))
    #expect(try !scratch.run(["freshness", "--no-reconcile", "--root", scratch.root.path]).output.contains("\u{1B}["))
  }

  @Test("no form of any answer lets a name act on a terminal", arguments: ["openmetrics", "markdown", "json", "html"])
  func hostileTerminal(format: String) throws {
    let scratch = try CommandScratch(.copy)
    let name = "\u{1B}[31mred\u{7F}\u{202E}"
    let folder = scratch.root.appending(path: "_asset_metadata/asset_name=\(name)/asset_id=1")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(ManifestText(name: name, id: "1", updatedAt: 0).text.utf8).write(
      to: folder.appending(path: "manifest.json"))
    let text = try Self.onTerminal(scratch, "report --format \(format)")
    #expect(text.contains("31mred"))
    for character in ["\u{1B}[31m", "\u{7F}", "\u{202E}"] { #expect(!text.contains(character), "\(format)") }
  }

  @Test("says a sentence where there are no rows")
  func empty() throws {
    let report = sampleReport(columns, [], notes: ["As of today."])
    #expect(try text { sink in try TableForm().write(report, to: &sink) } == "Nothing here.\n\nAs of today.\n")
  }

  @Test("hides the columns that only programs want")
  func hidden() throws {
    let report = sampleReport([("a", "A"), ("b", nil)], [[.integer(1), .integer(2)]])
    #expect(try text { sink in try TableForm().write(report, to: &sink) } == "A\n1\n")
  }

  @Test("has no cell and no heading wider than 200 columns, in a pipe and on a terminal")
  func widestCell() throws {
    func table(_ text: String, _ shortening: ColumnShortening = .end, width: Int? = nil) throws -> [String] {
      let report = sampleReport(
        [("a", text), ("b", "B")], [[.text(text), .text("end")]], shortening: [shortening])
      return try AssetCatalogCommandTests.text { sink in try TableForm(terminalWidth: width).write(report, to: &sink) }
        .split(separator: "\n").map(String.init)
    }
    func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    #expect(try table(repeated("x", 200)) == [repeated("x", 200) + "  B", repeated("x", 200) + "  end"])
    #expect(try table(repeated("x", 201)) == [repeated("x", 199) + "…  B", repeated("x", 199) + "…  end"])
    #expect(try table("a" + repeated("中", 200))[1] == "a" + repeated("中", 99) + "…  end")
    #expect(try table("a" + repeated("x", 990_000), .start)[1] == "…" + repeated("x", 199) + "  end")
    #expect(try table(repeated("\u{1B}", 40))[1] == String(repeated(#"\u{1b}"#, 40).prefix(199)) + "…  end")
    #expect(try table(repeated("x", 5000), width: 1000)[1] == repeated("x", 199) + "…  end")
  }

  @Test("takes what colours a terminal out of errors, and leaves it to be seen elsewhere")
  func colours() throws {
    let red = "\u{1B}[31mERROR\u{1B}[0m x"
    let report = sampleReport([("error", "ERROR"), ("asset_name", "NAME")], [[.text(red), .text(red)]])
    let table = try text { sink in try TableForm().write(report, to: &sink) }
    #expect(table.hasSuffix("\nERROR x  \\u{1b}[31mERROR\\u{1b}[0m x\n"))
    #expect(
      try text { sink in try NDJSONForm().write(sampleReport([("error", "E")], [[.text(red)]]), to: &sink) }
        == #"{"error":"\u001b[31mERROR\u001b[0m x"}"# + "\n")
  }

  @Test("fits the terminal, cutting the widest cells first and paths at their start", arguments: [30, 40, 60, 79])
  func terminal(width: Int) throws {
    let cells: [Cell] = [
      .text(String(repeating: "n", count: 40)), .time(Timestamp(microseconds: 0)),
      .text("a/long/path/to/manifest.json"),
    ]
    let report = sampleReport(
      [("a", "A"), ("b", "B"), ("c", "C")], [cells], shortening: [.end, .reluctant, .start])
    let table = try text { sink in try TableForm(terminalWidth: width).write(report, to: &sink) }
    for line in table.split(separator: "\n") { #expect(DisplayWidth.of(String(line)) <= width) }
    #expect(table.contains("n…"))
    #expect(table.contains("…"))
    if width >= 48 { #expect(table.contains("1970-01-01T00:00:00Z")) }
    if width < 70 { #expect(table.hasSuffix("json\n")) }
  }

  @Test("on a narrow terminal does without what is expendable, the last first, and says so")
  func narrow() throws {
    func column(_ title: String, _ index: Int, isExpendable: Bool = false) -> Column<[Cell]> {
      Column(title, title, shortening: .reluctant, isExpendable: isExpendable) { $0[index] }
    }
    func table(_ width: Int, notes: [String]) throws -> String {
      var report = sampleReport([], [[.text("alpha"), .text("beta"), .text("gamma"), .text("delta")]], notes: notes)
      report.columns = [
        column("A", 0), column("B", 1, isExpendable: true), column("C", 2, isExpendable: true), column("D", 3),
      ]
      return try text { sink in try TableForm(terminalWidth: width).write(report, to: &sink) }
    }
    #expect(try table(25, notes: []) == "A      B     C      D\nalpha  beta  gamma  delta\n")
    #expect(
      try table(24, notes: ["Done."])
        == "A      B     D\nalpha  beta  delta\n\nDone.\nThe terminal is too narrow for C.\n")
    #expect(
      try table(13, notes: ["Done."])
        == "A      D\nalpha  delta\n\nDone.\nThe terminal is too narrow for B, C.\n")
  }

  @Test("on a wide terminal is the table of a pipe")
  func wideTerminal() throws {
    func table(_ width: Int?) throws -> String {
      try text { sink in try TableForm(terminalWidth: width).write(sampleReport(columns, rows), to: &sink) }
    }
    #expect(try table(200) == table(nil))
  }

  @Test("of many rows grows wider with them, cuts nothing and holds few of them")
  func manyRows() throws {
    let lengths = [3] + Array(repeating: 1, count: TableForm.measuredRows) + [7, 1]
    let report = sampleReport(
      [("a", "A"), ("b", "B")], lengths.map { [.text(String(repeating: "x", count: $0)), .text("y")] })
    let table = try text { sink in try TableForm().write(report, to: &sink) }
    let lines = table.split(separator: "\n").map(String.init)
    #expect(lines.count == lengths.count + 1)
    #expect(lines.prefix(3) == ["A    B", "xxx  y", "x    y"])
    #expect(lines.suffix(2) == ["xxxxxxx  y", "x        y"])
  }

  @Test("lets no hazardous character out, whatever the cells hold", arguments: [UInt64(1), 2, 3, 4])
  func hazards(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<400 {
      let cells: [Cell] = [
        .text(random.hostileText()), .texts([random.hostileText(), random.hostileText()]),
        .record([.init(random.hostileText(), .text(random.hostileText()))]),
        .counts([(random.hostileText(), 3)]),
      ]
      let title = random.hostileText()
      let note = random.hostileText()
      for width in [nil, 25, 80] {
        let report = sampleReport([("a", title), ("b", "B"), ("c", "C"), ("d", "D")], [cells], notes: [note])
        let table = try text { sink in try TableForm(terminalWidth: width).write(report, to: &sink) }
        let offender = table.unicodeScalars.first { isHazardous($0) && $0 != "\n" }
        #expect(offender == nil)
        #expect(table.count { $0.isNewline } == 4)
      }
    }
  }

  @Test("shows a control character by its number")
  func escape() {
    #expect(
      HazardousText.visible("a\u{1B}[31mb\n\u{9B}\u{202E}\u{2066}") == #"a\u{1b}[31mb\u{a}\u{9b}\u{202e}\u{2066}"#)
    #expect(HazardousText.visible("zero\u{200D}width\u{A0}é") == "zero\u{200D}width\u{A0}é")
  }
}
