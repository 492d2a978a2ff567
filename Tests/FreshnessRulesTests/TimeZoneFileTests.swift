import CatalogTestSupport
import Foundation
import FreshnessRules
import ManifestModel
import Testing

@Suite("A zone file")
struct TimeZoneFileTests {
  /// The bytes of a file of version 2, with what a slim file has in its first block: nothing.
  static func bytes(
    changes: [(Int64, UInt8)] = [], offsets: [Int32] = [0], footer: String, version: Character = "2", leaps: Int = 0
  ) -> [UInt8] {
    func header(_ times: Int, _ types: Int, _ characters: Int, leaps: Int = 0) -> [UInt8] {
      Array("TZif\(version)".utf8) + Array(repeating: 0, count: 15)
        + [0, 0, leaps, times, types, characters].flatMap { big(Int32($0)) }
    }
    func big(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    return header(0, 0, 0) + header(changes.count, offsets.count, 4, leaps: leaps) + changes.flatMap { big($0.0) }
      + changes.map(\.1) + offsets.flatMap { big($0) + [0, 0] } + Array("ABC\0".utf8) + Array("\n\(footer)\n".utf8)
  }

  @Test("is read beyond its last change by the rule at its end")
  func footer() throws {
    // London in 2090: the last Sundays of March, 26th, and October, 29th.
    let zone = try PolicyCases.zones.zone("Europe/London")
    #expect(zone.offset(at: PolicyCases.time("2090-03-26T00:59:59Z").microseconds / 1_000_000) == 0)
    #expect(zone.offset(at: PolicyCases.time("2090-03-26T01:00:00Z").microseconds / 1_000_000) == 3_600)
    #expect(zone.offset(at: PolicyCases.time("2090-10-29T00:59:59Z").microseconds / 1_000_000) == 3_600)
    #expect(zone.offset(at: PolicyCases.time("2090-10-29T01:00:00Z").microseconds / 1_000_000) == 0)
  }

  @Test(
    "may hold any rule that POSIX has",
    arguments: [
      // The rule, a moment, and the offset then; written by hand.
      ("GMT0BST,M3.5.0/1,M10.5.0", "2026-07-01T00:00:00Z", 3_600),
      ("GMT0BST,M3.5.0/1,M10.5.0", "2026-12-01T00:00:00Z", 0),
      ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
      ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
      // The southern summer, over the end of the year.
      ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 39_600),
      ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-06-01T00:00:00Z", 37_800),
      // Winter is the saving.
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3_600),
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-12-01T00:00:00Z", 0),
      // Hours beyond a day, as RFC 8536 has them: Gaza's Saturday after the fourth Thursday.
      ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7_200),
      ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10_800),
      // Negative hours: the evening before.
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7_200),
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3_600),
      // Day 60 is 1 March with J, in leap years too; day 59 from zero is 29 February in 2028.
      ("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0), ("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3_600),
      ("AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3_600), ("AAA0BBB,59/0,300/0", "2027-02-28T23:59:59Z", 0),
      // The most hours that an offset and a change may have.
      ("AAA24BBB,J60/167,J300/-167", "2026-03-01T00:00:00Z", -86_400),
      // Summer time all year, as RFC 8536 (3.3.1) writes it.
      ("XXX3EDT4,0/0,J365/23", "2026-01-01T12:00:00Z", -14_400),
      ("XXX3EDT4,0/0,J365/23", "2026-12-31T23:30:00Z", -14_400),
    ])
  func rules(rule: String, moment: String, offset: Int64) throws {
    let zone = try TimeZoneFile(name: "Test/Zone", bytes: Self.bytes(offsets: [offset == 0 ? 0 : 1], footer: rule))
    #expect(zone.offset(at: PolicyCases.time(moment).microseconds / 1_000_000) == offset)
  }

  @Test("without changes has the offset of its only local time")
  func constant() throws {
    let zone = try TimeZoneFile(name: "Asia/Test", bytes: Self.bytes(offsets: [19_800], footer: "<+0530>-5:30"))
    #expect(zone.stretches == [.init(start: .min, offset: 19_800)])
    #expect(zone.text(of: PolicyCases.time("2026-01-01T00:00:00Z")) == "2026-01-01T05:30:00+05:30")
  }

  @Test(
    "that is damaged is refused with what is wrong",
    arguments: [
      ([], "no zone file"), (Array("TZif2".utf8), "no zone file"), (bytes(footer: "UTC0", version: "\0"), "version 1"),
      (bytes(offsets: [], footer: "UTC0"), "no local time"), (bytes(footer: "nonsense"), "no rule"),
      (bytes(footer: "AAA25"), "no rule"), (bytes(footer: "AAA0BBB,J60/168,J300"), "no rule"),
      (bytes(changes: [(5, 1)], footer: "UTC0"), "is missing"),
      (bytes(changes: [(5, 0), (5, 0)], footer: "UTC0"), "order"),
      (bytes(offsets: [200_000], footer: "UTC0"), "longer than a day"),
      (bytes(footer: "UTC0").dropLast(3), "too early"),
      (bytes(footer: "EST5EDT"), "no rule"), (bytes(footer: "EST5EDT,M13.1.0,M1.1.0"), "no rule"),
      (bytes(footer: "UTC0", leaps: 1), "leap seconds"),
    ] as [([UInt8], String)])
  func damage(bytes: [UInt8], reason: String) {
    let damage = #expect(throws: TimeZoneDamage.self) { try TimeZoneFile(name: "Test", bytes: bytes) }
    #expect(damage?.reason.contains(reason) == true, "\(damage?.reason ?? "")")
  }

  @Test("never traps, however it is damaged", arguments: [UInt64(1), 2])
  func fuzz(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let data = try Data(contentsOf: URL(filePath: ScratchTree.fixtures + "/policy/zoneinfo/Europe/London"))
    let small = Self.bytes(changes: [(0, 1), (1_000_000, 0)], offsets: [0, 3_600], footer: "GMT0BST,M3.5.0/1,M10.5.0")
    for round in 0..<2_000 {
      var bytes = round % 4 == 0 ? Array(data) : small
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        if random.chance(1, in: 4) {
          bytes.removeSubrange(index...)
        } else {
          bytes[index] = .random(in: 0...255, using: &random)
        }
        if bytes.isEmpty { break }
      }
      guard let zone = try? TimeZoneFile(name: "Fuzz", bytes: bytes) else { continue }
      let cron = try CronExpression("30 1 * * *")
      for second in [Int64(-1 << 39), 0, 1_764_000_000, 1 << 39] {
        if let next = cron.next(after: second, in: zone) { #expect(next > second) }
        _ = zone.firstSecond(ofDay: second / 86_400)
      }
    }
  }

  @Test(
    "is looked for by names of IANA only",
    arguments: [
      "../etc/passwd", "/etc/localtime", "Europe//London", "Europe/London/", "", "Europe/Lon don", "Europe\0", "ü",
    ])
  func names(name: String) {
    let fault = #expect(throws: TimeZoneFault.self) { try PolicyCases.zones.zone(name) }
    #expect(fault?.message.contains("write one such as") == true)
  }

  @Test(
    "that is missing is told with the nearest name",
    arguments: [
      ("Europe/Londn", "Europe/London"), ("europe/london", "Europe/London"), ("London", "Europe/London"),
      ("Kolkata", "Asia/Kolkata"), ("America/NewYork", "America/New_York"), ("utc", "UTC"),
    ])
  func suggestion(name: String, nearest: String) {
    let fault = #expect(throws: TimeZoneFault.self) { try PolicyCases.zones.zone(name) }
    #expect(fault?.message.contains("there is no time zone '\(name)' in") == true)
    #expect(fault?.message.hasSuffix("did you mean '\(nearest)'?") == true, "\(fault?.message ?? "")")
  }

  @Test("is a file: folders, FIFOs and foreign files are refused, and nobody waits")
  func kinds() throws {
    let tree = try ScratchTree()
    let folder = tree.root + "/zones"
    try FileManager.default.createDirectory(atPath: folder + "/Folder", withIntermediateDirectories: true)
    try Data("hello".utf8).write(to: URL(filePath: folder + "/Foreign"))
    mkfifo(folder + "/Pipe", 0o600)
    let zones = TimeZoneFolder(tzdir: folder)
    #expect(throws: TimeZoneFault.self) { try zones.zone("Folder") }
    #expect(throws: TimeZoneFault.self) { try zones.zone("Pipe") }
    let fault = #expect(throws: TimeZoneFault.self) { try zones.zone("Foreign") }
    #expect(fault?.message.contains("no zone file") == true)
    #expect(try zones.zone("UTC").stretches.count == 1)
    let missing = #expect(throws: TimeZoneFault.self) {
      try TimeZoneFolder(tzdir: folder + "/none").zone("Europe/London")
    }
    #expect(missing?.message.contains("install tzdata or set TZDIR") == true)
  }

  @Test("tells the release of its rules, and when that is old")
  func version() throws {
    let tree = try ScratchTree()
    try Data("# version 2025b\n# redo\n".utf8).write(to: URL(filePath: tree.root + "/tzdata.zi"))
    let zones = TimeZoneFolder(tzdir: tree.root)
    #expect(zones.version == "2025b")
    #expect(zones.isOld(at: PolicyCases.time("2027-01-01T00:00:00Z")))
    // The file is new, and 2025 is not more than a year before any day of 2026.
    #expect(!zones.isOld(at: PolicyCases.time("2026-12-31T23:59:59Z")))
    #expect(TimeZoneFolder(tzdir: tree.root + "/none").version == nil)
  }

  @Test("says when a day begins, also where midnight is skipped or the day never was")
  func firstSecond() throws {
    func first(_ name: String, _ day: String) throws -> String {
      let days = PolicyCases.time(day + "T00:00:00Z").microseconds / 86_400_000_000
      let second = try PolicyCases.zones.zone(name).firstSecond(ofDay: days)
      return Timestamp(microseconds: second * 1_000_000).description
    }
    #expect(try first("America/Sao_Paulo", "2018-11-04") == "2018-11-04T03:00:00Z")
    #expect(try first("Europe/London", "2026-07-01") == "2026-06-30T23:00:00Z")
    // St. John's went back from 00:01 to 23:01: the day began twice.
    #expect(try first("America/St_Johns", "2010-11-07") == "2010-11-07T02:30:00Z")
    // Apia had no 30 December 2011: from the 29th at ten in the morning, UTC, it was the 31st.
    #expect(try first("Pacific/Apia", "2011-12-30") == "2011-12-30T10:00:00Z")
    #expect(try first("Pacific/Apia", "2011-12-31") == "2011-12-30T10:00:00Z")
  }
}
