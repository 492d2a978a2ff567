internal import LinuxSystem
internal import ObjectStorage
internal import StoredTree
internal import Synchronization

/// A listing that is read while its pages come, by a thread of its own, one after the other.
///
/// The objects of a name come together in every order that a store is known to have, by bytes or by the parts of a
/// path; so a name is whole once another one begins, as long as each key was after the one before it, in one and the
/// same order. With the first key that was not, no more names are given out: the rest is read when all is listed.
final class GrowingListing: Sendable {
  /// Names of a stretch: few at first, so that many threads have something to do and none is at work long after the
  /// others; many in a large tree, of which the store is busy for long in any case.
  private static func stretchLength(afterNames count: Int) -> Int { max(1, min(16, count / 8_192)) }

  private struct State: ~Copyable {
    var spool: ListingSpool
    var order = KeyOrder()
    var end = ListingEnd()
    var objects = 0
    /// With which extent each stretch begins, and the one that comes next.
    var starts = [0]
    /// Whether no stretch comes any more.
    var isComplete = false
    /// Whether nobody wants the rest.
    var isStopped = false
    var failure: StoreError?
    /// The extents of names that were given out, until they are read.
    var given: [[UInt8]: Int] = [:]
    var waiting = WaitingThreads()
  }

  private let tree: ObjectTree
  private let prefix: [UInt8]
  private let state: Mutex<State>
  private let thread = Mutex<SystemThread?>(nil)

  /// - Parameters:
  ///   - page: the first one.
  ///   - token: that of the page after it.
  ///   - folder: where a file may be made.
  init(_ tree: ObjectTree, _ prefix: [UInt8], page: ObjectPage, token: [UInt8], in folder: String) throws(StoreError) {
    self.tree = tree
    self.prefix = prefix
    state = Mutex(State(spool: ListingSpool(in: folder)))
    state.withLock { take(page.objects, &$0) }
    let thread = SystemThread {
      UnwantedWork.perform(unless: { self.isStopped }) { self.work(page, token) }
    }
    guard thread != nil else {
      throw StoreError(.busy, "The system has no thread to spare: try again, or raise the limit on processes.")
    }
    self.thread.withLock { $0 = thread }
  }

  // MARK: Listing

  private func work(_ page: ObjectPage, _ token: [UInt8]) {
    var failure: StoreError?
    do throws(StoreError) {
      var (page, token) = (page, token)
      while true {
        guard state.withLock({ $0.end.isInSight(after: page, token) }) else { throw tree.endlessListing }
        do throws(ObjectError) { page = try tree.store.list(prefix, from: .token(token)) } catch {
          throw StoreError(error)
        }
        let (waiting, goesOn) = state.withLock { state in
          take(page.objects, &state)
          return (state.waiting.takeAll(), state.failure == nil && !state.isStopped)
        }
        waiting.wake()
        guard goesOn, let next = page.next else { break }
        token = next
      }
    } catch {
      failure = error
    }
    let waiting = state.withLock { state in
      state.failure = state.failure ?? failure
      if state.failure == nil { cut(&state, isAtEnd: true) }
      state.isComplete = true
      return state.waiting.takeAll()
    }
    waiting.wake()
  }

  private func take(_ objects: [ObjectFacts], _ state: inout State) {
    do throws(StoreError) {
      for facts in objects {
        try state.spool.append(facts, below: tree.prefix.count)
        state.order.see(facts.key)
      }
    } catch {
      (state.failure, state.isComplete) = (error, true)
    }
    state.objects += objects.count
    cut(&state, isAtEnd: false)
  }

  /// Makes stretches of the names that are whole.
  private func cut(_ state: inout State, isAtEnd: Bool) {
    guard !state.isComplete else { return }
    guard state.order.isOrderly else {
      state.isComplete = true
      return
    }
    let whole = state.spool.extentCount - (isAtEnd ? 0 : 1)
    while let start = state.starts.last, start < whole {
      let length = Self.stretchLength(afterNames: start)
      guard isAtEnd || start + length <= whole else { return }
      state.starts.append(min(start + length, whole))
    }
  }

  // MARK: Reading meanwhile

  func hasStretch(_ number: Int) -> Bool {
    while true {
      var turn: WaitingThreads.Turn?
      let has = state.withLock { state in
        let has = number + 1 < state.starts.count
        if !has, !state.isComplete { turn = state.waiting.enter() }
        return has
      }
      guard let turn else { return has }
      turn.wait()
    }
  }

  func names(ofStretch number: Int) -> [String] {
    state.withLock { state in
      (state.starts[number]..<state.starts[number + 1]).map { extent in
        let name = state.spool.name(ofExtent: extent)
        state.given[Array(name.utf8)] = extent
        return name
      }
    }
  }

  /// What was listed of a name that was given out; once only.
  func assets(of name: String) throws(StoreError) -> [ListedAsset] {
    let content = state.withLock { state in
      state.given.removeValue(forKey: Array(name.utf8)).map { state.spool.content(ofExtent: $0) }
    }
    guard let content else { return [] }
    var bytes: [UInt8] = []
    if let file = content.file, content.inFile > 0 { bytes = try file.read(content.inFile, at: content.offset) }
    bytes += content.rest
    var objects: [ListedObject] = []
    ListedObject.read(bytes[...], into: &objects)
    return ListedAsset.gather(objects)
  }

  /// Throws what the listing has failed with up to now.
  func requireGrowth() throws(StoreError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Ends the listing, and the wait for the page that is under way.
  func stop() {
    let waiting = state.withLock { state in
      (state.isComplete, state.isStopped) = (true, true)
      return state.waiting.takeAll()
    }
    waiting.wake()
  }

  // MARK: The end

  /// Waits for the last page.
  ///
  /// - Returns: all that was listed, what is known of it, and where in it begins what was in no stretch.
  /// - Throws: where a page cannot be had.
  func finish() throws(StoreError) -> (listing: Listing, memory: ListingMemory, offset: Int64) {
    thread.withLock { $0.take() }?.join()
    var spool = ListingSpool(in: "")
    let (failure, memory, offset) = state.withLock { state in
      let offset = state.spool.offset(ofExtent: state.starts.last!)
      swap(&spool, &state.spool)
      let failure =
        state.isStopped ? StoreError(.inputOutput, "\(tree.root) was not listed to its end.") : state.failure
      return (failure, ListingMemory(objects: state.objects, order: state.order.found), offset)
    }
    if let failure { throw failure }
    return (try spool.finish(), memory, offset)
  }
}
