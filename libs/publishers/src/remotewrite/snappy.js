export { default } from 'snappyjs';
