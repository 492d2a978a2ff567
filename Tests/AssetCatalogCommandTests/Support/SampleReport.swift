import AssetCatalog
import ManifestModel

@testable import AssetCatalogCommand

/// A report over rows of cells.
func sampleReport(
  _ columns: [(key: String, title: String?)], _ rows: [[Cell]], notes: [String] = [], rightAligned: Set<Int> = [],
  shortening: [ColumnShortening] = []
) -> Report<[Cell]> {
  var pages = rows.isEmpty ? [] : pageLengths(rows.count).map { Array(rows[$0]) }
  return Report(
    columns: columns.enumerated().map { index, column in
      Column(
        column.key, column.title, shortening: index < shortening.count ? shortening[index] : .end,
        isRightAligned: rightAligned.contains(index)
      ) { $0[index] }
    },
    next: { () throws(CatalogError) in pages.isEmpty ? nil : pages.removeFirst() },
    generatedAt: Timestamp(microseconds: 1_704_067_200_000_000),
    asOf: Timestamp(microseconds: 1_704_067_199_500_000), root: "/srv/storage", emptySentence: "Nothing here.",
    notes: { _ in notes })
}

/// Pages of two rows, so that every form meets the end of one.
private func pageLengths(_ count: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: 2).map { $0..<min($0 + 2, count) }
}

/// What a form makes of a report.
func text(_ write: (inout ByteSink) throws -> Void) rethrows -> String {
  var sink = ByteSink(descriptor: nil)
  try write(&sink)
  return String(decoding: sink.bytes, as: UTF8.self)
}
