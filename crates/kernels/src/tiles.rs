//! How product kernels take the rows of a block: in tiles whose number of rows the compiler knows.

/// Take all rows of `$task` through `$kernel`, up to `$most` at a time.
macro_rules! tiles {
    ($task:expr, $out:expr, $most:expr, $kernel:ident, [$($m:literal),+]) => {{
        let rows = $task.rows();
        let mut row = 0;
        while row < rows {
            let m = (rows - row).min($most);
            // SAFETY: the caller checked that this processor has the tier's features, and the kernel reads rows
            // `row..row + m` of the task, which exist.
            unsafe {
                match m {
                    $($m => $kernel::<$m>($task, row, $out),)+
                    _ => unreachable!("a tile has 1 to {} rows", $most),
                }
            }
            row += m;
        }
    }};
}

pub(crate) use tiles;
