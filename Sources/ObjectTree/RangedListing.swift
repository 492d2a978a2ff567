internal import LinuxSystem
internal import ObjectStorage
internal import StoredTree
internal import Synchronization

/// A listing in ranges of keys, several at a time: for a store that orders keys by their bytes, as far as anybody
/// knows.
///
/// It does not rely on that. A range begins after its first cut and ends at the first key after its last one; it looks
/// at that key, which must be the first that the next range got. So the ranges are one listing without a gap, or there
/// is none:
/// - In each range every key must be after the one before it, by their bytes, and after the cut.
/// - The key after a range must be the first one of the next, and nothing must come after the last page where a range
///   has none.
///
/// A store with another order, or one whose `start-after` leaves out what it should not, does not pass. Nor does an
/// object that is put right behind a cut meanwhile, which is seldom and costs one listing of the usual kind.
final class RangedListing: Sendable {
  /// Objects of a range, or more: a range gets pages, and most of its last one is for nothing.
  static let leastObjects = 20_000
  /// Ranges at most, each of which has a thread.
  static let most = 64

  /// How many ranges a listing is worth.
  static func count(of memory: ListingMemory?, _ store: some ObjectStore) -> Int {
    guard let memory else { return 1 }
    guard memory.order == .bytes || memory.order == .unknown && store.ordersByBytes == true else { return 1 }
    return max(1, min(memory.objects / leastObjects, most))
  }

  private enum Failure {
    /// The ranges do not make one listing.
    case disorder
    case error(StoreError)
  }

  private struct Seam {
    /// The first key that the range got.
    var first: [UInt8]?
    /// The first key after it.
    var next: [UInt8]?
  }

  private struct State: ~Copyable {
    var spool: ListingSpool
    var objects = 0
    var begun = 0
    var failure: Failure?
    var seams: [Seam?]
  }

  private let tree: ObjectTree
  private let prefix: [UInt8]
  private let cuts: [[UInt8]]
  private let state: Mutex<State?>

  /// - Parameters:
  ///   - cuts: keys, which need not exist, and in any order.
  ///   - folder: where a file may be made.
  init(_ tree: ObjectTree, _ prefix: [UInt8], cuts: [[UInt8]], in folder: String) {
    self.tree = tree
    self.prefix = prefix
    var ordered: [[UInt8]] = []
    for cut in cuts.sorted(by: { $0.lexicographicallyPrecedes($1) }) where cut.starts(with: prefix) {
      if cut != ordered.last { ordered.append(cut) }
    }
    self.cuts = ordered
    state = Mutex(State(spool: ListingSpool(in: folder), seams: Array(repeating: nil, count: ordered.count + 1)))
  }

  /// Lists all; once only.
  ///
  /// - Returns: `nil` where the ranges do not make one listing.
  /// - Throws: where a page cannot be had.
  func list() throws(StoreError) -> (listing: Listing, objects: Int)? {
    let threads = cuts.indices.compactMap { _ in SystemThread { self.work() } }
    work()
    for thread in threads { thread.join() }
    var taken = state.withLock { $0.take() }!
    switch taken.failure {
    case .disorder: return nil
    case .error(let error): throw error
    case nil: break
    }
    guard Self.isWhole(taken.seams) else { return nil }
    let objects = taken.objects
    return (try Self.finish(&taken), objects)
  }

  private static func finish(_ state: inout State) throws(StoreError) -> Listing {
    var spool = ListingSpool(in: "")
    swap(&spool, &state.spool)
    return try spool.finish()
  }

  /// Whether each range goes on where the one before it ended.
  private static func isWhole(_ seams: [Seam?]) -> Bool {
    zip(seams, seams.dropFirst()).allSatisfy { left, right in
      if let left, let right { left.next == right.first } else { false }
    } && seams.last??.next == nil
  }

  /// Lists one range after the other, as long as there are any.
  private func work() {
    while let range = begin() {
      do throws(ObjectError) {
        guard let seam = try list(range) else { return }
        state.withLock { $0!.seams[range] = seam }
      } catch {
        switch error.code {
        // What the whole listing does not ask for, and what it will be told as well, if it is no matter of ranges.
        case .unsupported, .malformed: fail(.disorder)
        default: fail(.error(StoreError(error)))
        }
      }
    }
  }

  private func begin() -> Int? {
    state.withLock { state in
      guard state!.failure == nil, state!.begun <= cuts.count else { return nil }
      defer { state!.begun += 1 }
      return state!.begun
    }
  }

  private func fail(_ failure: Failure) {
    state.withLock { state in
      // An error says more than disorder, which may be for the same reason.
      if case .error = state!.failure { return }
      state!.failure = failure
    }
  }

  /// - Returns: `nil` where it was given up.
  private func list(_ range: Int) throws(ObjectError) -> Seam? {
    let upper = range < cuts.count ? cuts[range] : nil
    var seam = Seam()
    var last = range == 0 ? [] : cuts[range - 1]
    var start = range == 0 ? ListStart.beginning : .after(last)
    while true {
      let page = try tree.store.list(prefix, from: start)
      var count = 0
      for facts in page.objects {
        guard last.lexicographicallyPrecedes(facts.key) else {
          fail(.disorder)
          return nil
        }
        last = facts.key
        if seam.first == nil { seam.first = facts.key }
        if let upper, upper.lexicographicallyPrecedes(facts.key) {
          seam.next = facts.key
          break
        }
        count += 1
      }
      guard take(page.objects.prefix(count)) else { return nil }
      guard seam.next == nil, let token = page.next else { return seam }
      // Tokens of pages without objects could go in a circle.
      guard !page.objects.isEmpty else {
        fail(.disorder)
        return nil
      }
      start = .token(token)
    }
  }

  /// - Returns: whether more is wanted.
  private func take(_ objects: ArraySlice<ObjectFacts>) -> Bool {
    state.withLock { state in
      guard state!.failure == nil else { return false }
      do throws(StoreError) {
        for facts in objects { try state!.spool.append(facts, below: tree.prefix.count) }
      } catch {
        state!.failure = .error(error)
        return false
      }
      state!.objects += objects.count
      return true
    }
  }
}
