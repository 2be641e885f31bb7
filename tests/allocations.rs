//! The detector takes its memory with the first picture of a size, and none after that.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use gridwatch::{
    domain::vision::{Detector, Frame, Plane, Settings},
    scene::{Lens, Picture, Scene, SceneKind},
};

/// Counts what is asked of the system's allocator.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "an allocator can be counted in no other way; every call is handed on as it came")]
// SAFETY: all four promises are those of `System`, which gets the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn looking_allocates_nothing_after_the_first_picture() {
    let scene = Scene::new(SceneKind::Street, Lens::default(), 640, 360, 1);
    let mut detector = Detector::new(Settings { dwell: Duration::from_secs(5), ..Settings::default() });
    let mut picture = Picture::new(640, 360);
    let mut told = 0;
    for i in 0..600u32 {
        let at = Duration::from_millis(100) * i;
        scene.draw(at, &mut picture);
        let luma = Plane { data: &picture.y, stride: 640 };
        let frame = Frame::new(640, 360, luma, None).expect("a frame");
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        told += detector.look(&frame, at).len();
        told += detector.tracks().count();
        let taken = ALLOCATIONS.load(Ordering::Relaxed) - before;
        assert!(i == 0 || taken == 0, "{taken} allocations at {at:?}");
    }
    assert!(told > 0, "there was something to see");
}
