;; Passes over a row of logits that JavaScript is too slow for. Rows are whole blocks of 64 floats (256 bytes);
;; what a row does not fill holds -infinity. All pointers are byte offsets, multiples of 16.
(module
  (import "sampler" "memory" (memory 1))

  ;; Writes the maximum of each block to $out. Returns the maximum of the row, or NaN if the row holds one.
  (func (export "maxima") (param $row i32) (param $blocks i32) (param $out i32) (result f32)
    (local $end i32) (local $x v128) (local $max v128) (local $nan v128) (local $all v128)
    (local.set $all (f32x4.splat (f32.const -inf)))
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        (local.set $end (i32.add (local.get $row) (i32.const 256)))
        (local.set $max (f32x4.splat (f32.const -inf)))
        (loop $vector
          (local.set $x (v128.load (local.get $row)))
          ;; pmax(a, b) is a < b ? b : a, one instruction on x86; unlike f32x4.max it loses NaN, so that is kept apart.
          (local.set $max (f32x4.pmax (local.get $max) (local.get $x)))
          (local.set $nan (v128.or (local.get $nan) (f32x4.ne (local.get $x) (local.get $x))))
          (local.set $row (i32.add (local.get $row) (i32.const 16)))
          (br_if $vector (i32.lt_u (local.get $row) (local.get $end))))
        (local.set $max (f32x4.pmax (local.get $max)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $max) (local.get $max))))
        (local.set $max (f32x4.pmax (local.get $max)
          (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $max) (local.get $max))))
        (f32.store (local.get $out) (f32x4.extract_lane 0 (local.get $max)))
        (local.set $all (f32x4.pmax (local.get $all) (local.get $max)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block)))
    (if (result f32) (v128.any_true (local.get $nan))
      (then (f32.const nan))
      (else (f32x4.extract_lane 0 (local.get $all)))))

  ;; weights[i] = 2^((row[i] - max) * scale), so scale is log2(e) / temperature; sums[b] = sum of block b.
  ;; Returns the sum of all. 2^x = 2^k * 2^f, k = round(x): 2^f by a polynomial (relative error below 3e-7), 2^k by adding
  ;; k to the exponent bits. Adding 1.5 * 2^23 leaves k in the low bits. Below 2^-125 the weight is 0.
  ;; relaxed_madd is one instruction where the processor has it; the last bit of a weight may differ between processors.
  (func (export "weigh") (param $row i32) (param $blocks i32) (param $max f32) (param $scale f32)
    (param $weights i32) (param $sums i32) (result f64)
    (local $end i32) (local $m v128) (local $s v128) (local $x v128) (local $k v128) (local $f v128) (local $p v128)
    (local $sum v128) (local $part f32) (local $total f64)
    (local.set $m (f32x4.splat (local.get $max)))
    (local.set $s (f32x4.splat (local.get $scale)))
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        (local.set $end (i32.add (local.get $row) (i32.const 256)))
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (loop $vector
          (local.set $x (f32x4.mul (f32x4.sub (v128.load (local.get $row)) (local.get $m)) (local.get $s)))
          (local.set $f (f32x4.pmax (v128.const f32x4 -125 -125 -125 -125) (local.get $x)))
          (local.set $k (f32x4.add (local.get $f) (v128.const f32x4 12582912 12582912 12582912 12582912)))
          (local.set $f (f32x4.sub
            (local.get $f)
            (f32x4.sub (local.get $k) (v128.const f32x4 12582912 12582912 12582912 12582912))))
          (local.set $p (v128.const f32x4 0.0013381302 0.0013381302 0.0013381302 0.0013381302))
          (local.set $p (f32x4.relaxed_madd (local.get $p) (local.get $f)
            (v128.const f32x4 0.0096663684 0.0096663684 0.0096663684 0.0096663684)))
          (local.set $p (f32x4.relaxed_madd (local.get $p) (local.get $f)
            (v128.const f32x4 0.0555038117 0.0555038117 0.0555038117 0.0555038117)))
          (local.set $p (f32x4.relaxed_madd (local.get $p) (local.get $f)
            (v128.const f32x4 0.2402234972 0.2402234972 0.2402234972 0.2402234972)))
          (local.set $p (f32x4.relaxed_madd (local.get $p) (local.get $f)
            (v128.const f32x4 0.6931471825 0.6931471825 0.6931471825 0.6931471825)))
          (local.set $p (f32x4.relaxed_madd (local.get $p) (local.get $f) (v128.const f32x4 1 1 1 1)))
          (local.set $p (v128.and
            (i32x4.add (local.get $p) (i32x4.shl (local.get $k) (i32.const 23)))
            (f32x4.ge (local.get $x) (v128.const f32x4 -125 -125 -125 -125))))
          (v128.store (local.get $weights) (local.get $p))
          (local.set $sum (f32x4.add (local.get $sum) (local.get $p)))
          (local.set $weights (i32.add (local.get $weights) (i32.const 16)))
          (local.set $row (i32.add (local.get $row) (i32.const 16)))
          (br_if $vector (i32.lt_u (local.get $row) (local.get $end))))
        (local.set $part (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
          (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))
        (f32.store (local.get $sums) (local.get $part))
        (local.set $total (f64.add (local.get $total) (f64.promote_f32 (local.get $part))))
        (local.set $sums (i32.add (local.get $sums) (i32.const 4)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block)))
    (local.get $total))

  ;; Writes index and value of every row[i] with cut <= row[i] < limit; in order;
  ;; blocks whose maximum is lower are skipped. Returns how many.
  (func (export "collect") (param $row i32) (param $blocks i32) (param $maxima i32) (param $cut f32) (param $limit f32)
    (param $ids i32) (param $values i32) (result i32)
    (local $end i32) (local $id i32) (local $bits i32) (local $lane i32) (local $first i32) (local $c v128) (local $l v128) (local $x v128)
    (local.set $first (local.get $ids))
    (local.set $c (f32x4.splat (local.get $cut)))
    (local.set $l (f32x4.splat (local.get $limit)))
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        (local.set $end (i32.add (local.get $row) (i32.const 256)))
        (if (f32.ge (f32.load (local.get $maxima)) (local.get $cut))
          (then
            (loop $vector
              (local.set $x (v128.load (local.get $row)))
              (local.set $bits (i32x4.bitmask (v128.and
                (f32x4.ge (local.get $x) (local.get $c)) (f32x4.lt (local.get $x) (local.get $l)))))
              (block $next
                (loop $set
                  (br_if $next (i32.eqz (local.get $bits)))
                  (local.set $lane (i32.ctz (local.get $bits)))
                  (i32.store (local.get $ids) (i32.add (local.get $id) (local.get $lane)))
                  (i32.store (local.get $values)
                    (i32.load (i32.add (local.get $row) (i32.shl (local.get $lane) (i32.const 2)))))
                  (local.set $ids (i32.add (local.get $ids) (i32.const 4)))
                  (local.set $values (i32.add (local.get $values) (i32.const 4)))
                  (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
                  (br $set)))
              (local.set $id (i32.add (local.get $id) (i32.const 4)))
              (local.set $row (i32.add (local.get $row) (i32.const 16)))
              (br_if $vector (i32.lt_u (local.get $row) (local.get $end)))))
          (else
            (local.set $id (i32.add (local.get $id) (i32.const 64)))
            (local.set $row (local.get $end))))
        (local.set $maxima (i32.add (local.get $maxima) (i32.const 4)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block)))
    (i32.shr_u (i32.sub (local.get $ids) (local.get $first)) (i32.const 2)))

  ;; sums[b] = sum of the weights of block b whose row[i] >= cut. Returns the sum of all.
  (func (export "above") (param $row i32) (param $blocks i32) (param $maxima i32) (param $cut f32)
    (param $weights i32) (param $sums i32) (result f64)
    (local $end i32) (local $c v128) (local $sum v128) (local $part f32) (local $total f64)
    (local.set $c (f32x4.splat (local.get $cut)))
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        (local.set $end (i32.add (local.get $row) (i32.const 256)))
        (local.set $sum (v128.const f32x4 0 0 0 0))
        (if (f32.ge (f32.load (local.get $maxima)) (local.get $cut))
          (then
            (loop $vector
              (local.set $sum (f32x4.add (local.get $sum) (v128.and
                (v128.load (local.get $weights)) (f32x4.ge (v128.load (local.get $row)) (local.get $c)))))
              (local.set $weights (i32.add (local.get $weights) (i32.const 16)))
              (local.set $row (i32.add (local.get $row) (i32.const 16)))
              (br_if $vector (i32.lt_u (local.get $row) (local.get $end)))))
          (else
            (local.set $weights (i32.add (local.get $weights) (i32.const 256)))
            (local.set $row (local.get $end))))
        (local.set $part (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
          (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))
        (f32.store (local.get $sums) (local.get $part))
        (local.set $total (f64.add (local.get $total) (f64.promote_f32 (local.get $part))))
        (local.set $maxima (i32.add (local.get $maxima) (i32.const 4)))
        (local.set $sums (i32.add (local.get $sums) (i32.const 4)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block)))
    (local.get $total))

  ;; row[i] = -infinity where bit i of the mask is clear; $words words of 32 bits.
  (func (export "mask") (param $row i32) (param $mask i32) (param $words i32)
    (local $end i32) (local $bits v128) (local $lanes v128)
    (block $done
      (loop $word
        (br_if $done (i32.eqz (local.get $words)))
        (local.set $end (i32.add (local.get $row) (i32.const 128)))
        (if (i32.eq (i32.load (local.get $mask)) (i32.const -1))
          (then (local.set $row (local.get $end)))
          (else
            (local.set $bits (i32x4.splat (i32.load (local.get $mask))))
            (local.set $lanes (v128.const i32x4 1 2 4 8))
            (loop $vector
              (v128.store (local.get $row) (v128.bitselect
                (v128.const i32x4 0xff800000 0xff800000 0xff800000 0xff800000)
                (v128.load (local.get $row))
                (i32x4.eq (v128.and (local.get $bits) (local.get $lanes)) (v128.const i32x4 0 0 0 0))))
              (local.set $lanes (i32x4.shl (local.get $lanes) (i32.const 4)))
              (local.set $row (i32.add (local.get $row) (i32.const 16)))
              (br_if $vector (i32.lt_u (local.get $row) (local.get $end))))))
        (local.set $mask (i32.add (local.get $mask) (i32.const 4)))
        (local.set $words (i32.sub (local.get $words) (i32.const 1)))
        (br $word)))))
