import './stdio.ts'
