import Foundation

/// A document of the repository, as it is read.
enum Document {
  case readme, security
  /// An article of the library's documentation, by its name.
  case article(String)

  /// The folder of the repository.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    .standardizedFileURL

  var text: String {
    get throws {
      let path =
        switch self {
        case .readme: "README.md"
        case .security: "SECURITY.md"
        case .article(let name): "Sources/AssetCatalog/AssetCatalog.docc/\(name).md"
        }
      return try String(contentsOf: Self.repository.appending(path: path), encoding: .utf8)
    }
  }

  /// The words in code that begin the rows of the tables below a heading, in their order: all of the first cell's.
  func firstCells(below heading: String) throws -> [String] {
    let lines = try text.components(separatedBy: "\n")
    guard let start = lines.firstIndex(where: { $0.hasPrefix("#") && $0.drop { $0 == "#" } == " \(heading)" }) else {
      return []
    }
    return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("|") }.flatMap { line in
      let cell = line.dropFirst().prefix { $0 != "|" }
      return cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
  }
}
