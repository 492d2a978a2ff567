import Foundation
import Testing

@testable import AssetCatalogCommand

/// The way by which the check in a browser comes to its pages.
@Suite struct PageWritingTests {
  private static let folder = ProcessInfo.processInfo.environment["ASSET_CATALOG_PAGES"]

  @Test(.enabled(if: folder != nil)) func `Pages for a browser are written into the folder that asks for them`() throws {
    let folder = try #require(Self.folder)
    let pages: [(String, MorningReport)] = [
      ("ordinary", MorningSamples.ordinary), ("hostile", MorningSamples.hostile), ("large", MorningSamples.large(10_000)),
    ]
    for (name, report) in pages {
      var sink = ByteSink(descriptor: nil)
      try PageForm.write(report, to: &sink)
      try Data(sink.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name).html"))
    }
  }
}
