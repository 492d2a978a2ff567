import AssetCatalog
import Glibc
import Synchronization

/// The text of a progress line: how many, how fast, how long to go.
enum ProgressText {
  /// The line, no wider than the terminal allows.
  static func line(_ progress: CatalogProgress, elapsed: Duration, width: Int) -> String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    var parts = [HumanText.count(progress.completed)]
    let rate = seconds > 0 ? Double(progress.completed) / seconds : 0
    if let total = progress.total, total > 0 {
      let share = min(1, Double(progress.completed) / Double(total))
      parts[0] += " of \(HumanText.count(max(total, progress.completed))) names (\(Int(share * 100)) %)"
      parts.append("\(HumanText.count(Int(rate)))/s")
      let left = Double(max(0, total - progress.completed))
      if rate > 0 {
        parts.append("\(HumanText.span(microseconds: Int64((left / rate).rounded(.up)) * 1_000_000)) left")
      }
    } else {
      parts[0] += " names"
      parts.append("\(HumanText.count(Int(rate)))/s")
    }
    return DisplayWidth.shortened(parts.joined(separator: "  "), to: max(0, width - 1))
  }
}
