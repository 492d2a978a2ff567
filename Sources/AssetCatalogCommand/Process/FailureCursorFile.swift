import AssetCatalog
import Glibc
import LinuxSystem
import ManifestModel

/// Which failures have been told of already, in a file.
///
/// Times cannot tell: the file of a failure may come long after it, copied from another machine or recorded late. So
/// each failure that was told of has a mark in the file, a hash of its asset, its run and the start of that: a run that
/// begins again under its id can fail again. That a run takes too long is told once, and that it failed after all once
/// more.
final class FailureCursorFile {
  private struct Mark: Hashable {
    let text: String

    init(_ row: FailureRow) {
      let start = row.startedAt.map { String($0.microseconds) } ?? ""
      let kind = row.outcome == .overrun ? "overrun" : ""
      text = MD5.hex([row.asset.name, row.asset.id, row.runID, start, kind].joined(separator: "\0"))
    }

    init(_ problem: ProblemRow) {
      text = MD5.hex("unreadable\0" + problem.path)
    }

    init?(_ line: Substring) {
      guard line.utf8.count == 32, line.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
      else { return nil }
      text = String(line)
    }
  }

  private static let heading = "asset-catalog failures cursor 1"
  private static let name = "cursor file"

  private let path: String
  private var told: Set<Mark> = []
  private var met: Set<Mark> = []
  private var isFiltered = false
  /// Whether no answer has been given with this file yet.
  let isNew: Bool

  /// The earliest failure time to ask for: any failure may be news.
  let start = Timestamp(microseconds: .min)

  /// Reads the file; one that does not exist, or is empty, is new.
  ///
  /// - Throws: 65 for a file that is no cursor file: it is not ours to replace.
  init(path: String) throws(CommandFailure) {
    self.path = path
    do throws(SystemError) { _ = try FileStatus.of(path, followingLinks: false) } catch {
      if error.number == ENOENT {
        isNew = true
        return
      }
    }
    let bytes = try InputFile.bytes(of: path, named: Self.name, limit: 1 << 30)
    guard !bytes.isEmpty else {
      isNew = true
      return
    }
    isNew = false
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard lines.first.map({ $0 == Self.heading }) ?? false else {
      throw CommandFailure(
        .badData, "\(quoted(path)) is no cursor file of 'asset-catalog failures'; name another file")
    }
    for line in lines.dropFirst() {
      guard let mark = Mark(line) else {
        throw CommandFailure(
          .badData, "the cursor file \(quoted(path)) is damaged; remove it to begin with what failed since --since")
      }
      told.insert(mark)
    }
  }

  /// Accepts each failure that is news, and notes that it is told of.
  ///
  /// - Parameters:
  ///   - since: failures before this are no news to a new file.
  ///   - limit: the most rows to accept; what comes after them is news next time.
  ///   - isFiltered: whether the answer leaves out failures that another one with this file may have.
  func news(since: Timestamp, limit: Int?, isFiltered: Bool) -> (FailureRow) -> Bool {
    self.isFiltered = isFiltered
    var rest = limit ?? .max
    return { [self] row in
      guard let failedAt = row.failedAt else {
        defer { rest -= 1 }
        return rest > 0
      }
      let mark = Mark(row)
      if told.contains(mark) {
        met.insert(mark)
        return false
      }
      if isNew, failedAt < since {
        met.insert(mark)
        return false
      }
      guard rest > 0 else { return false }
      rest -= 1
      met.insert(mark)
      return true
    }
  }

  /// Whether a run that cannot be read has not been told of yet; notes that it is now.
  func isNews(unreadable problem: ProblemRow) -> Bool {
    let mark = Mark(problem)
    met.insert(mark)
    return !told.contains(mark)
  }

  /// Writes what has been told of into the file, once the answer was written. Of failures that are gone from the tree
  /// nothing need be kept.
  func replace() throws(CommandFailure) {
    let marks = isFiltered ? told.union(met) : met
    let lines = [Self.heading] + marks.map(\.text).sorted()
    try OutputFile.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8), named: Self.name)
  }
}
