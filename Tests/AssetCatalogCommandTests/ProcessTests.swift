import AssetCatalog
import Glibc
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The way to the caller")
struct ProcessTests {
  @Test(
    "ends with the status of the failure",
    arguments: [
      (.noSuchRoot, 66), (.invalidArgument, 64), (.badData, 65), (.busy, 75), (.cannotWrite, 73), (.inputOutput, 74),
      (.timedOut, 75), (.newerIndex, 65), (.internal, 70),
    ] as [(CatalogError.Code, Int32)])
  func statuses(code: CatalogError.Code, status: Int32) {
    #expect(ExitStatus(code).rawValue == status)
  }

  @Test(
    "finds the root as mad_prefect does",
    arguments: [
      (nil, nil, ".tmp/storage"), (nil, "", "."), (nil, "file://./.tmp/storage", "./.tmp/storage"),
      (nil, "file:///srv/x", "/srv/x"), (nil, "/srv/y", "/srv/y"), ("/srv/z", "s3://bucket", "/srv/z"),
      ("file:///srv/z", nil, "/srv/z"), ("~/data", nil, "/home/me/data"), ("file://~/data", nil, "/home/me/data"),
      ("local:///srv/x", nil, "/srv/x"), ("a:b", nil, "a:b"), ("./s3://x", nil, "./s3://x"),
    ] as [(String?, String?, String)])
  func root(option: String?, url: String?, path: String) throws {
    let environment = Environment { ["FILESYSTEM_URL": url, "HOME": "/home/me"][$0] ?? nil }
    #expect(try RootLocation.path(option: option, environment: environment) == path)
  }

  @Test(
    "refuses a root that is no folder of this machine",
    arguments: [
      "s3a://bucket/x", "gs://b", "memory://", "abfs+x://a@b/c", "simplecache::s3://b", "http://x", "", "file://",
    ])
  func foreignRoot(text: String) {
    let failure = #expect(throws: CommandFailure.self) {
      try RootLocation.path(option: text, environment: Environment { _ in nil })
    }
    #expect(failure?.status == .noSuchRoot)
    #expect(failure?.message.contains("--root DIR") == true)
  }

  @Test(
    "takes the options of every command before the command too",
    arguments: [
      (["--root", "x", "status"], ["status", "--root", "x"]),
      (["-q", "--now=1d", "list", "--limit", "1"], ["list", "-q", "--now=1d", "--limit", "1"]),
      (["status", "--root", "x"], ["status", "--root", "x"]), (["--root"], ["--root"]),
      (["--root", "x"], ["--root", "x"]),
      (["--help"], ["--help"]), (["--root", "x", "--help"], ["--root", "x", "--help"]), ([], []),
    ] as [([String], [String])])
  func order(given: [String], normalized: [String]) {
    #expect(GlobalOptionOrder.normalized(given) == normalized)
  }

  @Test("takes every option that all commands have before each of them")
  func everyOrder() throws {
    let declared = Dictionary(grouping: try RepeatedOptionTests.declared(), by: \.command)
    // The words of a cron line need no catalog.
    let commands = declared.filter { $0.key != ["policy", "ticks"] }
    let common = commands.values.map { Set($0.map(\.option)) }.reduce(nil as Set<String>?) {
      $0?.intersection($1) ?? $1
    }
    #expect(common?.isSuperset(of: ["--root", "--now", "--running-window"]) == true)
    for command in commands.keys {
      for option in common ?? [] {
        #expect(GlobalOptionOrder.normalized([option, "x"] + command + ["y"]) == command + [option, "x", "y"])
        #expect(GlobalOptionOrder.normalized(["\(option)=x"] + command) == command + ["\(option)=x"])
      }
    }
  }

  @Test("makes one sentence of what the parser says")
  func usage() {
    #expect(
      UsageSentence.sentence(
        message: "The value 'x' is invalid for '--format'. Please provide one of 'a' or 'b'.",
        fullMessage: "Error: …\nUsage: …\n  See 'asset-catalog list --help' for more information.")
        == "The value 'x' is invalid for '--format'; write one of 'a' or 'b'; see 'asset-catalog list --help'")
    #expect(
      UsageSentence.sentence(message: "Unknown option '--lmit'. Did you mean '--limit'?", fullMessage: "")
        == "Unknown option '--lmit'. Did you mean '--limit'? See 'asset-catalog --help'")
  }

  @Test("writes large answers whole and in pieces, and reports a full disk and a broken pipe")
  func sink() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    var sink = ByteSink(descriptor: ends[1], threshold: 16)
    for _ in 0..<100 {
      sink.append("0123456789")
      try sink.drainIfFull()
    }
    try sink.drain()
    var received = [UInt8](repeating: 0, count: 2000)
    #expect(read(ends[0], &received, 2000) == 1000)
    close(ends[0])
    close(ends[1])

    let full = open("/dev/full", O_WRONLY)
    var stuck = ByteSink(descriptor: full)
    stuck.append("x")
    var failure: OutputError?
    do { try stuck.drain() } catch { failure = error }
    #expect(failure?.errno == ENOSPC)
    #expect(failure?.isBrokenPipe == false)
    close(full)
  }
}

@Suite("A progress line")
struct ProgressTextTests {
  private func progress(_ completed: Int, _ total: Int?) -> CatalogProgress {
    CatalogProgress(completed: completed, total: total)
  }

  @Test("says how many, how fast and how long to go")
  func line() {
    #expect(
      ProgressText.line(progress(250_000, 1_000_000), elapsed: .seconds(5), width: 80)
        == "250,000 of 1,000,000 names (25 %)  50,000/s  15s left")
    #expect(ProgressText.line(progress(1200, nil), elapsed: .seconds(2), width: 80) == "1,200 names  600/s")
    #expect(ProgressText.line(progress(0, 10), elapsed: .zero, width: 80) == "0 of 10 names (0 %)  0/s")
    #expect(
      ProgressText.line(progress(12, 10), elapsed: .seconds(1), width: 80) == "12 of 12 names (100 %)  12/s  0s left")
  }

  @Test("is never wider than the terminal", arguments: [0, 1, 2, 10, 30])
  func width(columns: Int) {
    let line = ProgressText.line(progress(250_000, 1_000_000), elapsed: .seconds(5), width: columns)
    #expect(DisplayWidth.of(line) <= max(0, columns - 1))
  }
}

@Suite("Words for people")
struct HumanTextTests {
  @Test(
    "spans are two units",
    arguments: [
      (0, "0s"), (999, "1ms"), (350_000, "350ms"), (1_000_000, "1s"), (59_999_999, "59s"), (60_000_000, "1m"),
      (61_000_000, "1m 1s"),
      (3_600_000_000, "1h"), (97_200_000_000, "1d 3h"), (86_460_000_000, "1d"), (-90_000_000, "in 1m 30s"),
      (Int64.min, "in 106751991d 4h"),
    ] as [(Int64, String)])
  func spans(microseconds: Int64, spelled: String) {
    #expect(HumanText.span(microseconds: microseconds) == spelled)
  }

  @Test("counts, sizes and shares")
  func numbers() {
    #expect(HumanText.count(1_234_567) == "1,234,567")
    #expect(HumanText.count(-1234) == "-1,234")
    #expect(HumanText.count(1, "run") == "1 run")
    #expect(HumanText.count(0, "run") == "0 runs")
    #expect(HumanText.bytes(1536) == "1.5 KiB")
    #expect(HumanText.bytes(100) == "100 bytes")
    #expect(HumanText.percentage(0.5) == "50 %")
    #expect(HumanText.percentage(2 / 3) == "66.66 %")
    #expect(HumanText.ago(from: Timestamp(microseconds: 0), to: Timestamp(microseconds: 90_000_000)) == "1m 30s ago")
  }
}
