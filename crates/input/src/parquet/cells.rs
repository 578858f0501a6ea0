//! Values of Parquet columns as cells.

use std::borrow::Cow;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

use super::super::row::Cell;
use super::super::time;

/// `wanted` cells of a column.
pub(super) fn read_cells(
    reader: &mut ColumnReader,
    wanted: usize,
    column: &ColumnDescriptor,
) -> Result<Vec<Cell<'static>>> {
    let deepest = column.max_def_level();
    match reader {
        ColumnReader::ByteArrayColumnReader(r) if column.max_rep_level() == 1 => read_lists(r, wanted, deepest),
        // Lists of anything else, or of lists: nobody reads them.
        _ if column.max_rep_level() > 0 => Ok(vec![Cell::List; wanted]),
        ColumnReader::ByteArrayColumnReader(r) => read(r, wanted, deepest, |bytes| text(&bytes)),
        ColumnReader::Int64ColumnReader(r) => {
            let unit = unit(column);
            let unsigned = is_unsigned(column);
            read(r, wanted, deepest, |n| match unit {
                Some(nanos) => at(i128::from(n) * nanos),
                None if unsigned => Cell::Whole(i128::from(n.cast_unsigned())),
                None => Cell::Whole(n.into()),
            })
        }
        ColumnReader::Int32ColumnReader(r) => {
            let unsigned = is_unsigned(column);
            read(r, wanted, deepest, |n| Cell::Whole(if unsigned { n.cast_unsigned().into() } else { n.into() }))
        }
        ColumnReader::Int96ColumnReader(r) => read(r, wanted, deepest, |n| at(i128::from(n.to_nanos()))),
        ColumnReader::DoubleColumnReader(r) => read(r, wanted, deepest, Cell::Fraction),
        ColumnReader::FloatColumnReader(r) => read(r, wanted, deepest, |n| Cell::Fraction(n.into())),
        ColumnReader::BoolColumnReader(r) => read(r, wanted, deepest, Cell::Flag),
        ColumnReader::FixedLenByteArrayColumnReader(r) => read(r, wanted, deepest, |_| Cell::Bytes),
    }
}

fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    wanted: usize,
    deepest: i16,
    cell: impl Fn(T::T) -> Cell<'static>,
) -> Result<Vec<Cell<'static>>> {
    let (mut levels, mut values) = (vec![], vec![]);
    let mut rows = 0;
    while rows < wanted {
        let (read, _, _) = reader.read_records(wanted - rows, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF("a column ends before its row group does".to_owned()));
        }
        rows += read;
    }
    let mut values = values.into_iter();
    if deepest == 0 {
        return Ok(values.map(cell).collect());
    }
    // A value stands only where all of its path does.
    let value =
        |level: &i16| if *level == deepest { values.next().map_or(Cell::Missing, &cell) } else { Cell::Missing };
    Ok(levels.iter().map(value).collect())
}

/// Lists of texts, each as a JSON array. What is null in a list, or no text, is left out.
fn read_lists(reader: &mut ColumnReaderImpl<ByteArrayType>, wanted: usize, deepest: i16) -> Result<Vec<Cell<'static>>> {
    let (mut levels, mut places, mut values) = (vec![], vec![], vec![]);
    let mut rows = 0;
    while rows < wanted {
        let (read, _, _) = reader.read_records(wanted - rows, Some(&mut levels), Some(&mut places), &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF("a column ends before its row group does".to_owned()));
        }
        rows += read;
    }
    let (mut values, mut lists) = (values.into_iter(), Vec::<Vec<String>>::new());
    for (level, place) in levels.iter().zip(places) {
        if place == 0 {
            lists.push(vec![]);
        }
        let value = if *level == deepest { values.next() } else { None };
        if let (Some(Ok(text)), Some(list)) = (value.as_ref().map(ByteArray::as_utf8), lists.last_mut()) {
            list.push(text.to_owned());
        }
    }
    Ok(lists.into_iter().map(|list| Cell::Text(Cow::Owned(serde_json::Value::from(list).to_string()))).collect())
}

fn text(bytes: &ByteArray) -> Cell<'static> {
    bytes.as_utf8().map_or(Cell::Bytes, |text| Cell::Text(Cow::Owned(text.to_owned())))
}

fn is_unsigned(column: &ColumnDescriptor) -> bool {
    matches!(column.converted_type(), ConvertedType::UINT_32 | ConvertedType::UINT_64)
        || matches!(column.logical_type_ref(), Some(LogicalType::Integer(kind)) if !kind.is_signed)
}

/// Nanoseconds in the unit of a column of times; `None` for a column of numbers.
fn unit(column: &ColumnDescriptor) -> Option<i128> {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Timestamp(kind)), _) => Some(match kind.unit {
            TimeUnit::MILLIS => 1_000_000,
            TimeUnit::MICROS => 1_000,
            TimeUnit::NANOS => 1,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(1_000_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(1_000),
        _ => None,
    }
}

/// A time, as text in the one form that leaves the reader.
fn at(nanos: i128) -> Cell<'static> {
    time::from_nanos(nanos).map_or(Cell::Missing, |text| Cell::Text(Cow::Owned(text)))
}
