/// What is wrong with a policy file: all of it that can be said at once.
struct PolicyComplaints {
  /// More are only counted: nobody mends more at once.
  static let most = 20

  private(set) var first: [(offset: Int, message: String)] = []
  private(set) var more = 0

  var isEmpty: Bool { first.isEmpty }

  /// Whether another one would only be counted.
  var isFull: Bool { first.count >= Self.most }

  mutating func add(_ offset: Int, _ message: String) {
    if isFull { more += 1 } else { first.append((offset, message)) }
  }

  /// The faults in the order of the file.
  func faults(_ lines: LineTable) -> PolicyFaults {
    let inOrder = first.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
    return PolicyFaults(
      faults: inOrder.map { PlacedJSON.Complaint(place: lines.place($0.element.offset), message: $0.element.message) },
      more: more)
  }
}

/// A fault of a policy file, or a warning about it, and where it stands.
package typealias PolicyFault = PlacedJSON.Complaint

/// Why a policy file cannot be used.
package struct PolicyFaults: Error, Equatable {
  /// At least one and at most 20, in the order of the file.
  package let faults: [PolicyFault]
  /// How many more were found.
  package let more: Int

  /// One line for each fault, `FILE:LINE:COLUMN: sentence`.
  package func lines(file: String) -> [String] {
    var lines = faults.map { "\(file):\($0.place.line):\($0.place.column): \($0.message)" }
    if more > 0 { lines.append("\(file): and \(more) more") }
    return lines
  }
}
