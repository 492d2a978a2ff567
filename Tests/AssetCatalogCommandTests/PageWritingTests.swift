import ArgumentParser
import AssetCatalog
import Foundation
import Testing

@testable import AssetCatalogCommand

/// The way by which the check in a browser comes to its pages: `Scripts/page_check`.
@Suite("Pages for a browser")
struct PageWritingTests {
  private static let folder = ProcessInfo.processInfo.environment["ASSET_CATALOG_PAGES"]
  private static let trees = ProcessInfo.processInfo.environment["ASSET_CATALOG_PAGE_TREES"]

  @Test("are written into the folder that asks for them", .enabled(if: folder != nil))
  func samplePages() throws {
    let pages: [(String, MorningReport)] = [
      ("ordinary", MorningSamples.ordinary.report), ("hostile", MorningSamples.hostile.report),
      ("large", MorningSamples.large(10_000).report),
    ]
    for (name, report) in pages { try write(report, name) }
  }

  @Test("are written of each tree in the folder that is named", .enabled(if: folder != nil && trees != nil))
  func treePages() throws {
    let trees = try #require(Self.trees)
    for name in try FileManager.default.contentsOfDirectory(atPath: trees) where !name.contains(".") {
      let root = "\(trees)/\(name)"
      let globals = try GlobalOptions.parse(
        ["--root", root, "--index", "\(root).sqlite", "--now", "2026-11-26T07:58:00Z", "--quiet"])
      let session = try Session(globals, reconciling: .always)
      try write(try MorningReport(session, try session.policy(try PolicyOptions.parse([]))), name)
    }
  }

  private func write(_ report: MorningReport, _ name: String) throws {
    var sink = ByteSink(descriptor: nil)
    try PageForm.write(report, to: &sink)
    try Data(sink.bytes).write(to: URL(fileURLWithPath: "\(try #require(Self.folder))/\(name).html"))
  }
}
